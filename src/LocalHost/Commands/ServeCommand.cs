using System.CommandLine;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Serving;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>serve</c>: the server against the real vendors.</summary>
internal static class ServeCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var tenants = CommandOptions.Tenants();
        var port = Port();
        var data = CommandOptions.Data();
        var command = new Command("serve", "Runs on a schedule, with API and page; resumes what is unfinished.") { tenants, port, data };
        command.SetAction(async (parsed, _) =>
        {
            var builder = LocalServer.Builder();
            var roster = RunCommand.ReadTenants(parsed.GetValue(tenants)!, builder.Configuration);
            var folder = new DataFolder(parsed.GetValue(data)!);
            using var held = WriterLock.Take(folder, "serve");
            return await LocalServer.RunAsync(builder, folder, held, roster, parsed.GetValue(port), interrupt.Token).ConfigureAwait(false);
        });
        return command;
    }

    public static Option<int?> Port()
    {
        var port = new Option<int?>("--port") { Description = $"The loopback port; default {LocalServer.DefaultPort}, or the next free one." };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 65535)
            {
                result.AddError("--port: a number from 1 to 65535 expected");
            }
        });
        return port;
    }
}
