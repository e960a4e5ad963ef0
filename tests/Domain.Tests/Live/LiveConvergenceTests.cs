using System.Globalization;
using System.Text.Json;
using CsCheck;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Live;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Live;

/// <summary>Whatever happens on the way, clients that keep to the rules end with what the snapshots say.</summary>
public class LiveConvergenceTests
{
    private static readonly string[] Groups = ["acme.items.AAPL", "acme.items.MSFT", "acme.items.-", "acme.trends.AAPL", "acme.trends.MSFT", "acme.trends.-", "acme.runs"];

    private enum Step
    {
        Page,
        PageUnannounced,
        Publish,
        Deliver,
        Lose,
        Repeat,
        Swap,
        AskSnapshot,
        TakeSnapshot,
        OtherProcess,
    }

    private static readonly Gen<(Step Step, int Number)[]> Steps = Gen.Select(
        Gen.Frequency(
            (4, Step.Page), (1, Step.PageUnannounced), (6, Step.Publish), (8, Step.Deliver), (2, Step.Lose), (2, Step.Repeat), (2, Step.Swap),
            (1, Step.AskSnapshot), (2, Step.TakeSnapshot), (3, Step.OtherProcess)),
        Gen.Int[0, 1000]).Array[20, 80];

    [Fact]
    public async Task Clients_end_with_the_snapshot_whatever_is_committed_told_lost_repeated_or_read_in_between() =>
        await Steps.SampleAsync(async steps =>
        {
            await using var world = await World.OpenAsync();
            foreach (var (step, number) in steps)
            {
                await world.DoAsync(step, number);
            }

            foreach (var (group, expected, actual) in await world.EndAsync())
            {
                Assert.True(expected.SequenceEqual(actual), $"{group}\nsnapshot:\n{string.Join('\n', expected)}\nclient:\n{string.Join('\n', actual)}");
            }
        }, iter: 25, threads: 1);

    private sealed class World : IAsyncDisposable
    {
        private const int Chunks = 60;
        private readonly LiveHost _host = new();
        private readonly LiveSignals[] _processes;
        private readonly LivePublisher[] _publishers;
        private readonly Dictionary<string, (LiveClient Client, List<JsonElement> OnTheWay, List<JsonElement> Past, JsonElement? Snapshot)> _clients = [];
        private IReadOnlyList<ChunkId> _chunks = [];
        private int _next;
        private int _at;

        private World()
        {
            _processes = [_host.Signals, _host.Another()];
            _publishers = [.. _processes.Select(p => _host.Publisher(p))];
            _host.Ingestion.Vendor.Pages = request => [Page(int.Parse(request.Symbols[0][1..], CultureInfo.InvariantCulture))];
            _host.Hub.Before = (group, message, _) =>
            {
                if (_clients.TryGetValue(group, out var client))
                {
                    client.OnTheWay.Add(message);
                }

                return Task.CompletedTask;
            };
            foreach (var group in Groups)
            {
                _clients[group] = (new(group.Contains("items", StringComparison.Ordinal) ? LiveChange.MaxItems : null), [], [], null);
            }
        }

        public static async Task<World> OpenAsync()
        {
            var world = new World();
            world._chunks = await world._host.PlanAsync("r1", [.. Enumerable.Range(0, Chunks + (2 * world._processes.Length)).Select(n => new[] { $"S{n}", "AAPL", "MSFT" })]);
            foreach (var group in Groups)
            {
                await world.AskAsync(group);
                world.Take(group);
            }

            // Every client has heard of both publishers before anything is lost.
            for (var process = 0; process < world._publishers.Length; process++)
            {
                world.Switch(process);
                await world._host.Ingestion.ProcessAsync(world._chunks[Chunks + process]);
                await world.PublishAsync();
                await world.ArriveAsync();
            }

            return world;
        }

        public async Task DoAsync(Step step, int number)
        {
            _host.Ingestion.Time.Advance(TimeSpan.FromMilliseconds(1));
            var group = Groups[number % Groups.Length];
            var (client, onTheWay, past, _) = _clients[group];
            switch (step)
            {
                case Step.Page:
                    await PageAsync();
                    break;
                case Step.PageUnannounced:
                    await CrashedPageAsync();
                    break;
                case Step.Publish:
                    await PublishAsync();
                    break;
                case Step.OtherProcess:
                    Switch(number % _processes.Length);
                    break;
                case Step.Deliver when onTheWay.Count > 0:
                    client.Receive(onTheWay[0]);
                    past.Add(onTheWay[0]);
                    onTheWay.RemoveAt(0);
                    break;
                case Step.Lose when onTheWay.Count > 0:
                    onTheWay.RemoveAt(0);
                    break;
                case Step.Repeat when past.Count > 0:
                    client.Receive(past[number % past.Count]);
                    break;
                case Step.Swap when onTheWay.Count > 1:
                    // Messages of two publishers have no order between them.
                    if (onTheWay[0].GetProperty("from").GetString() != onTheWay[1].GetProperty("from").GetString())
                    {
                        (onTheWay[0], onTheWay[1]) = (onTheWay[1], onTheWay[0]);
                    }

                    break;
                case Step.AskSnapshot:
                    await AskAsync(group);
                    break;
                case Step.TakeSnapshot:
                    Take(group);
                    break;
                default:
                    break;
            }
        }

        public async Task<IReadOnlyList<(string Group, IReadOnlyList<string> Expected, IReadOnlyList<string> Actual)>> EndAsync()
        {
            for (var process = 0; process < _processes.Length; process++)
            {
                // One more message of each publisher, which arrives: a gap is seen by what comes after it.
                Switch(process);
                await _host.Ingestion.ProcessAsync(_chunks[Chunks + _processes.Length + process]);
                await PublishAsync();
                await ArriveAsync();
            }

            for (var process = 0; process < _processes.Length; process++)
            {
                Switch(process);
                await PublishAsync();
            }

            await ArriveAsync();
            var ends = new List<(string, IReadOnlyList<string>, IReadOnlyList<string>)>();
            foreach (var group in Groups)
            {
                ends.Add((group, LiveClient.EntriesOf(await _host.SnapshotAsync(group)), _clients[group].Client.Entries));
            }

            return ends;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var publisher in _publishers)
            {
                publisher.Dispose();
            }

            await _host.DisposeAsync();
        }

        private void Switch(int process) => _host.Signals = _processes[_at = process];

        private async Task PageAsync()
        {
            if (_next < Chunks)
            {
                await _host.Ingestion.ProcessAsync(_chunks[_next++]);
            }
        }

        // The process ends between checkpoint and announcement; another goes on.
        private async Task CrashedPageAsync()
        {
            if (_next < Chunks)
            {
                _host.Ingestion.Announced.Before = (_, _) => throw new InvalidOperationException("The process ends.");
                await Assert.ThrowsAsync<InvalidOperationException>(() => _host.Ingestion.ProcessAsync(_chunks[_next]));
                _host.Ingestion.Announced.Before = (_, _) => Task.CompletedTask;
                await PageAsync();
            }
        }

        private async Task PublishAsync()
        {
            _host.Ingestion.Time.Advance(TimeSpan.FromMilliseconds(1));
            await LiveHost.DrainAsync(_publishers[_at], _processes[_at]);
            _host.Ingestion.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        private async Task ArriveAsync()
        {
            foreach (var group in Groups)
            {
                var (client, onTheWay, _, snapshot) = _clients[group];
                if (snapshot is not null)
                {
                    Take(group);
                }

                foreach (var message in onTheWay)
                {
                    client.Receive(message);
                }

                onTheWay.Clear();
                while (client.NeedsSnapshot)
                {
                    await AskAsync(group);
                    Take(group);
                }
            }
        }

        private async Task AskAsync(string group)
        {
            var (client, onTheWay, past, snapshot) = _clients[group];
            if (snapshot is null)
            {
                client.Ask();
                _clients[group] = (client, onTheWay, past, await _host.SnapshotAsync(group));
            }
        }

        private void Take(string group)
        {
            var (client, onTheWay, past, snapshot) = _clients[group];
            if (snapshot is { } read)
            {
                client.Take(read);
                _clients[group] = (client, onTheWay, past, null);
            }
        }

        // The pages at the beginning and at the end change every group. The others have some items again and again under other symbols, some new ones, one page more than a group keeps; all of the last 80 minutes.
        private static List<Told> Page(int number) => number >= Chunks ? [Told($"n{number}", 0, "AAPL", "MSFT")] :
        [
            Told($"shared-{number % 7}", number % 7, number % 2 == 0 ? "AAPL" : "MSFT"),
            .. Enumerable.Range(0, number % 9 == 8 ? LiveChange.MaxItems + 5 : number % 4).Select(i => Told($"n{number}-{i}", (number * 13 + i * 7) % 80, number % 3 == 0 ? ["AAPL", "MSFT"] : ["AAPL"])),
        ];

        private static Told Told(string id, int minutesAgo, params string[] symbols) => new(id, $"text {id}", LiveHost.Now.AddMinutes(-minutesAgo).AddSeconds(-1), symbols);
    }
}
