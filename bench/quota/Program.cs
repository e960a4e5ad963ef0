using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sentiment.QuotaBench;
using Sentiment.Simulator;

// QuotaBench [SECONDS] [TENANTS] [CREDENTIALS] [PER-MINUTE]: real processes that share vendor credentials through one table
// store, against a vendor on real HTTP that counts by arrival in strict sliding windows. First './sentiment run' of all tenants,
// then the same killed ten times and started again; then two processes that call all the time, and two of which one is killed
// and started again every 20 seconds. There is more work than the time permits. Exit 1 where a call was too many, or fewer
// than 95 % (80 % where processes are killed) of the permitted calls were made.
if (args is ["worker", var data, var address, var workerTenants, var workerCredentials, var perMinute])
{
    return await Worker.RunAsync(data, new Uri(address), Number(workerTenants), Number(workerCredentials), perMinute);
}

var seconds = args.Length > 0 ? Number(args[0]) : 180;
var tenants = args.Length > 1 ? Number(args[1]) : 100;
var credentials = args.Length > 2 ? Number(args[2]) : 4;
var limit = args.Length > 3 ? Number(args[3]) : 60;
Print($"{tenants} tenants share {credentials} credentials of {limit} calls a minute and 30 a second; calls and answers are 0 to 200 ms on their way; {seconds / 60} minutes each");
Print($"{"",-34} {"calls",7} {"too many",9} {"permitted",10} {"used",8}");
var isGood = await RoundAsync("a run", 1, StartRun, killEvery: null, 0.95);
isGood &= await RoundAsync("a run, killed ten times", 1, StartRun, killEvery: seconds / 11.0, 0.8);
isGood &= await RoundAsync("two processes", 2, Start, killEvery: null, 0.95);
isGood &= await RoundAsync("two processes, one of them killed", 2, Start, killEvery: 20, 0.8);
return isGood ? 0 : 1;

async Task<bool> RoundAsync(string name, int count, Func<string, Uri, Process> start, double? killEvery, double least)
{
    var folder = Directory.CreateTempSubdirectory("sentiment-quota").FullName;
    await using var simulator = await SimulatorServer.StartAsync(
        new() { Epoch = TimeProvider.System.GetUtcNow(), ItemsPerSymbol = 1, CallsPerSecond = 30, CallsPerMinute = limit, TransitMs = 200 }, TimeProvider.System);
    using var http = new HttpClient { BaseAddress = simulator.BaseAddress };
    var processes = Enumerable.Range(0, count).Select(_ => start(folder, simulator.BaseAddress)).ToList();
    try
    {
        // The windows begin with the first call.
        while ((await StatisticsAsync(http)).GetProperty("firstCallAt").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        var begun = TimeProvider.System.GetTimestamp();
        var killed = 0;
        for (var elapsed = TimeSpan.Zero; elapsed.TotalSeconds < seconds; elapsed = TimeProvider.System.GetElapsedTime(begun))
        {
            var next = TimeSpan.FromSeconds(Math.Min(seconds, (killed + 1) * (killEvery ?? seconds))) - elapsed;
            await Task.Delay(next > TimeSpan.Zero ? next : TimeSpan.Zero, TimeProvider.System);
            if ((killed + 1) * killEvery < seconds)
            {
                killed++;
                var victim = processes[0];
                victim.Kill();
                await victim.WaitForExitAsync();
                victim.Dispose();
                processes.RemoveAt(0);
                processes.Add(start(folder, simulator.BaseAddress));
            }
        }

        var statistics = await StatisticsAsync(http);
        var calls = statistics.GetProperty("statuses").TryGetProperty("200", out var answered) ? answered.GetInt64() : 0;
        var violations = statistics.GetProperty("violations").EnumerateObject().Sum(v => v.Value.GetInt64());
        var permitted = (long)limit * credentials * (seconds / 60);
        var used = (double)calls / permitted;
        Print($"{name,-34} {calls,7} {violations,9} {permitted,10} {used,8:P1}");
        if (processes.Any(process => process.HasExited))
        {
            Print($"{name}: a process ended before the time was up, so that calls were permitted that nobody wanted");
            return false;
        }

        return violations == 0 && used >= least;
    }
    finally
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }
}

// The product itself: a window of which each tenant's two symbols take as many calls as make more than the time permits.
Process StartRun(string folder, Uri address)
{
    var file = Path.Combine(folder, "tenants.json");
    if (!File.Exists(file))
    {
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            tenants = Enumerable.Range(0, tenants).Select(t => new
            {
                id = string.Create(CultureInfo.InvariantCulture, $"tenant-{t:D3}"),
                symbols = new[] { $"A{t}", $"B{t}" },
                tables = Enumerable.Repeat("finnhub/company-news", 1),
                credentials = new { finnhub = $"env:KEY_{t % credentials}" },
            }),
        }));
    }

    // Chunks of seven days; a third more of them than the credentials permit.
    var weeks = 1 + (int)Math.Ceiling((double)limit * credentials * (seconds / 60) * 4 / 3 / (tenants * 2));
    var root = AppContext.BaseDirectory;
    while (!File.Exists(Path.Combine(root, "Sentiment.sln")))
    {
        root = Path.GetDirectoryName(root)!;
    }

    var begin = new ProcessStartInfo(
        Path.Combine(root, "sentiment"),
        ["run", "--tenants", file, "--data", folder, "--to", "2026-11-01", "--from", new DateTime(2026, 11, 1).AddDays(-7 * weeks).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "--json"])
    {
        RedirectStandardOutput = true,
    };
    begin.Environment["Sources__Finnhub__BaseUrl"] = new Uri(address, "api/v1").ToString();
    begin.Environment["Sources__Finnhub__Limits__PerSecond"] = "30";
    begin.Environment["Sources__Finnhub__Limits__PerMinute"] = $"{limit}";
    for (var credential = 0; credential < credentials; credential++)
    {
        begin.Environment[$"KEY_{credential}"] = $"key-{credential}";
    }

    return Process.Start(begin)!;
}

Process Start(string folder, Uri address) => Process.Start(new ProcessStartInfo(
    Environment.ProcessPath!, ["worker", folder, address.ToString(), $"{tenants}", $"{credentials}", $"{limit}"]))!;

static async Task<JsonElement> StatisticsAsync(HttpClient http) => await http.GetFromJsonAsync<JsonElement>(new Uri("/_sim/stats", UriKind.Relative));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
