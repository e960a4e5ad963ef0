using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sentiment.LiveBench;

// LiveBench [ROUNDS]: how long a message takes from the server's send to each client of a group, over real sockets to another process: the hub,
// ASP.NET Core SignalR and a bare loop over WebSockets, all connected at once and measured in turn. Needs 'ulimit -n' of 16,000 or more. Ends with 1
// where a target is missed. LiveBench deltas [PAGES] [ITEMS] [PAUSE]: bytes and delay of changes told by the publisher against whole groups, for so many pages
// of so many items, so many milliseconds apart. LiveBench endtoend: from a vendor's answer to a client of the hub at 1,000 items a minute.
const int Messages = 20;
if (args is ["clients", var port, var token])
{
    await new Clients(int.Parse(port, CultureInfo.InvariantCulture), token).RunAsync();
    return 0;
}

if (args is ["deltas", ..])
{
    var numbers = args[1..].Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToList();
    var (share, delay) = await new Deltas(numbers.ElementAtOrDefault(0) is > 0 and var p ? p : 100, numbers.ElementAtOrDefault(1) is > 0 and var n ? n : 10, TimeSpan.FromMilliseconds(numbers.ElementAtOrDefault(2) is > 0 and var ms ? ms : 600)).RunAsync();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"deltas take {100 * share:0.0} % of the bytes of whole groups (target: 20 at most); p95 of commit to send {delay:0.0} ms (target: 100 at most)"));
    return share <= 0.2 && delay <= 100 ? 0 : 1;
}

if (args is ["endtoend", ..])
{
    var took = (await new EndToEnd(pages: 100, perPage: 10, TimeSpan.FromMilliseconds(600), isPage: args is [_, "page"]).RunAsync()).Order().ToList();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vendor's answer to a client of the hub, 1,000 items a minute, ms: p50 {took[took.Count / 2]:0}, p95 {took[took.Count * 95 / 100]:0}, p99 {took[took.Count * 99 / 100]:0} of {took.Count} items (target: p95 100 at most)"));
    return took[took.Count * 95 / 100] <= 100 ? 0 : 1;
}

var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
await using var servers = await Servers.StartAsync();
using var clients = new ClientProcess(servers.Port, servers.Token);
var (hub, signalR, bare) = (servers.Contenders[0], servers.Contenders[1], servers.Contenders[2]);
var missed = 0;
var open = 0;
Print($"{"clients",-10} {"",-8} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8}   medians of {rounds} rounds of {Messages} messages, the three in turn");
foreach (var size in new[] { 1_000, 5_000 })
{
    foreach (var contender in servers.Contenders)
    {
        await clients.OpenAsync(contender.Name, size - open, 1, "all");
    }

    open = size;
    var all = servers.Contenders.ToDictionary(c => c.Name, _ => new List<double[]>());
    for (var round = -2; round < rounds; round++)
    {
        for (var turn = 0; turn < servers.Contenders.Count; turn++)
        {
            var contender = servers.Contenders[(turn + round + 3) % servers.Contenders.Count];
            var quantiles = await LatenciesAsync(contender, size);
            if (round >= 0)
            {
                all[contender.Name].Add(quantiles); // The rounds before warm up.
            }
        }
    }

    foreach (var (name, measured) in all)
    {
        Print($"{size,-10:#,0} {name,-8} {Median(measured, 0),8:0.00} {Median(measured, 1),8:0.00} {Median(measured, 2),8:0.00}");
    }

    var (own, signal, least) = (Median(all["hub"], 1), Median(all["signalr"], 1), Median(all["bare"], 1));
    Target(own / signal, 1, $"{size:#,0} clients: p95 of the hub by SignalR's");
    Target(own / least, 1.25, $"{size:#,0} clients: p95 of the hub by the bare loop's");
}

await clients.OpenAsync("hub", 1, 1, "one");
await clients.OpenAsync("hub", 1_000, 1, "many");
await clients.OpenAsync("hub", 500, 500, "each");
foreach (var contender in new[] { signalR, bare })
{
    await clients.OpenAsync(contender.Name, 1_000, 1, "many");
}

Print($"{"messages/s",-34} {"messages",10} {"deliveries",12}");
await RateAsync(hub, "one", 1, 1, 50_000, "one group of 1");
await RateAsync(hub, "many", 1, 1_000, 500, "one group of 1,000");
await RateAsync(signalR, "many", 1, 1_000, 500, "one group of 1,000, SignalR");
await RateAsync(bare, "many", 1, 1_000, 500, "one group of 1,000, bare loop");
await RateAsync(hub, "each", 500, 1, 50_000, "500 groups of 1");
return missed == 0 ? 0 : 1;

async Task<double[]> LatenciesAsync(Contender contender, int size)
{
    var latencies = new List<double>(size * Messages);
    for (var i = 0; i < Messages; i++)
    {
        await clients.ExpectAsync(size);
        var begun = TimeProvider.System.GetTimestamp();
        await contender.SendAsync("all0");
        latencies.AddRange((await clients.ArrivedAsync()).Select(a => (a - begun) * 1000.0 / TimeProvider.System.TimestampFrequency));
    }

    latencies.Sort();
    return [latencies[latencies.Count / 2], latencies[latencies.Count * 95 / 100], latencies[latencies.Count * 99 / 100]];
}

async Task RateAsync(Contender contender, string kind, int groups, int members, int count, string what)
{
    var best = 0.0;
    for (var round = 0; round < 4; round++)
    {
        await clients.ExpectAsync(count * members);
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            await contender.SendAsync($"{kind}{i % groups}");
        }

        var last = (await clients.ArrivedAsync()).Max();
        best = Math.Max(best, count / ((last - begun) / (double)TimeProvider.System.TimestampFrequency));
    }

    Print($"{what,-34} {best,10:#,0} {best * members,12:#,0}");
}

double Median(List<double[]> measured, int quantile) => measured.Select(m => m[quantile]).Order().ElementAt(measured.Count / 2);

void Target(double value, double most, FormattableString what)
{
    missed += value <= most ? 0 : 1;
    Print($"{what.ToString(CultureInfo.InvariantCulture)} {value:0.00} (at most {most:0.##}){(value <= most ? "" : "   MISSED")}");
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

/// <summary>The other process, which holds the clients.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;

    public ClientProcess(int port, string token)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["clients", $"{port}", token]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1"; // No thread between a socket and its counter.
        _process = Process.Start(start)!;
    }

    public async Task OpenAsync(string name, int count, int groups, string prefix) => await AskAsync($"open {name} {count} {groups} {prefix}", "open");

    public Task ExpectAsync(int count) => AskAsync($"expect {count}", "ready");

    public async Task<long[]> ArrivedAsync() => MemoryMarshal.Cast<byte, long>(Convert.FromBase64String(await LineAsync())).ToArray();

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task AskAsync(string order, string answer)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        if (await LineAsync() is var line && line != answer)
        {
            throw new InvalidOperationException($"'{order}' was answered '{line}'.");
        }
    }

    private async Task<string> LineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The clients have ended.");
}
