using Sentiment.Adapters.Files;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.FaultHost;
using Sentiment.LocalHost;

// FaultHost DATA TENANTS WRITE before|after: one run, as the product composes it, that ends at the chosen write.
// Prints how many writes there were if it came to its end.
var (data, tenants, exitAt, afterwards) = (args[0], args[1], int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture), args[3] == "after");
var count = new WriteCount(exitAt, afterwards);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
Directory.CreateDirectory(data);
builder.Services.AddPipeline(builder.Configuration, data);
builder.Services.AddSingleton<ITableStore>(p => new ExitingTables(p.GetRequiredService<SqliteTableStore>(), count));
builder.Services.AddSingleton<IBlobStore>(p => new ExitingBlobs(p.GetRequiredService<FileBlobStore>(), count));
var host = builder.Build();
await host.StartAsync();
var starter = host.Services.GetRequiredService<RunStarter>();
var roster = TenantsFile.Parse(await File.ReadAllBytesAsync(tenants), host.Services.GetRequiredService<SourceCatalog>());
var started = await starter.StartAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default);
await starter.WaitForEndAsync(started.Run.Id, default);
await host.StopAsync();
Console.WriteLine(count.Writes);
return 0;
