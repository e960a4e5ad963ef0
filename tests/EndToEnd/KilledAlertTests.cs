using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;
using Xunit.Abstractions;

namespace Sentiment.EndToEnd;

/// <summary>
/// Processes that commit pages, have rules evaluated on them, send what they raise and record it, each killed at another moment:
/// before or after one of its writes or sends, or while a mail has arrived and is not answered.
/// </summary>
public sealed partial class KilledAlertTests(ITestOutputHelper output)
{
    private const string Tenant = "acme";
    private const int DefaultKills = 50;

    // A process has committed its second page by the last of these moments; one more stands for the answer that never comes.
    private const int Moments = 49;
    private const int KillsPerRule = 25;
    private static readonly string Partition = AlertPartitions.Of(Tenant);

    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("SENTIMENT_ALERT_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : DefaultKills;

    [GeneratedRegex("^killed (?<where>.*) gap ?(?<gap>.*)$", RegexOptions.Multiline)]
    private static partial Regex Killed { get; }

    [GeneratedRegex("^pages (?<pages>[0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Told { get; }

    [Fact]
    public async Task No_kill_loses_an_alert_and_none_repeats_one_but_between_send_and_record()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(place.Data);
        await using var mail = new MailService();
        var (gaps, places, ended, rule) = (new List<string>(), new List<string>(), new Dictionary<string, int>(), "");
        for (var kill = 0; kill < Kills; kill++)
        {
            if (kill % KillsPerRule == 0)
            {
                if (rule.Length > 0)
                {
                    // Whatever of it is not sent by now never will be.
                    await WriteAsync(place, Rule(rule, isEnabled: false));
                    ended[rule] = mail.Received.Count;
                }

                rule = $"rule-{kill / KillsPerRule}";
                await WriteAsync(place, Rule(rule, isEnabled: true));
            }

            var moment = kill % (Moments + 1);
            await using var process = SentimentProcess.StartAlertHost(mail.Environment, place.Data, "100", $"{moment}");
            mail.Arriving = moment > 0 ? () => { }
            : () =>
            {
                gaps.Add(mail.Received.Last().MessageId);
                process.Kill();
            };
            var end = await process.WaitAsync();
            mail.Arriving = () => { };
            Assert.True(end.ExitCode is not 0 && end.Errors.Length == 0, $"kill {kill} at moment {moment}: {end}");
            if (moment > 0)
            {
                var where = Killed.Match(end.Output);
                Assert.True(where.Success, $"kill {kill} at moment {moment}: {end}");
                places.Add(where.Groups["where"].Value);
                gaps.AddRange(where.Groups["gap"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }
        }

        await using var last = SentimentProcess.StartAlertHost(mail.Environment, place.Data, "2", "0");
        var whole = await last.WaitAsync();
        Assert.True(whole.ExitCode == 0, $"{whole}");
        var pages = int.Parse(Told.Match(whole.Output).Groups["pages"].Value, CultureInfo.InvariantCulture);
        output.WriteLine($"{Kills} kills, {pages} pages, {mail.Received.Count} mails, {gaps.Count} of the kills between send and record, {mail.Received.Count - mail.Received.DistinctBy(m => m.MessageId).Count()} repeats");
        output.WriteLine(string.Join('\n', places.CountBy(p => p).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Value,4} {p.Key}")));
        await AssertAsync(place, mail, gaps, ended, rule, pages);
    }

    private static async Task AssertAsync(Workplace place, MailService mail, List<string> gaps, Dictionary<string, int> ended, string lastRule, int pages)
    {
        var received = mail.Received.ToList();
        var times = received.CountBy(m => m.MessageId).ToDictionary(StringComparer.Ordinal);
        var inGap = gaps.CountBy(g => g).ToDictionary(StringComparer.Ordinal);

        // A mail may repeat as often as a kill came between its send and its record, under the id that it had; no other repeats.
        Assert.All(times, m => Assert.True(m.Value - 1 <= inGap.GetValueOrDefault(m.Key), $"{m.Key} came {m.Value} times with {inGap.GetValueOrDefault(m.Key)} kills in its gap"));

        await using var tables = new SqliteTableStore(new() { Path = Path.Combine(place.Data, "tables.db") }, Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteTableStore>.Instance);
        var store = new AlertStore(tables, TimeProvider.System);
        string[] rules = [.. ended.Keys, lastRule];
        var due = new Dictionary<string, List<string>>();
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(Partition, "a|"), default))
        {
            var (found, message) = (await store.GetAsync(Tenant, row.Key.Split('|')[^1], default))!;
            var (alert, rule) = (found.Alert, found.Alert.Rule.Id);

            // Rules are met by one item at a time, which is what a page has.
            due.TryAdd(Assert.Single(alert.Evidence.Items).Title, []);
            due[alert.Evidence.Items[0].Title].Add(rule);
            var delivery = Assert.Single(message!.Deliveries);
            var id = DeliveryDocument.Of(message, delivery).MessageId;
            if (delivery.Status == DeliveryStatus.Withdrawn)
            {
                // It may have been sent, if the kill came before that was recorded, but then before the rule was disabled.
                Assert.True(rule != lastRule && delivery.Reason == "the rule is disabled", $"{id} of {rule}: {delivery.Reason}");
                continue;
            }

            Assert.Equal(DeliveryStatus.Sent, delivery.Status);
            Assert.True(times.ContainsKey(id), $"{due.Last().Key} of {rule} is missing");
        }

        // Every page makes one alert due, of the rule that is enabled when it is told; the page at which rules change may be told under both.
        Assert.Equal(Enumerable.Range(1, pages).Select(p => $"Item {p}").Order(StringComparer.Ordinal), due.Keys.Order(StringComparer.Ordinal));
        Assert.All(due, d => Assert.Equal(d.Value.Count, d.Value.Distinct().Count()));
        Assert.InRange(due.Values.Sum(d => d.Count - 1), 0, rules.Length - 1);
        foreach (var (rule, until) in ended)
        {
            Assert.DoesNotContain(received.Skip(until), m => m.To == Address(rule));
        }

        Assert.True(times.Count <= due.Values.Sum(d => d.Count), $"{times.Count} alerts were sent, {due.Count} were due");
        await foreach (var open in tables.QueryAsync(TableRange.Prefix(Partition, "o|"), default))
        {
            Assert.Fail($"{open.Key} is still open");
        }
    }

    private static string Address(string rule) => $"{rule}@acme.example";

    private static AlertRule Rule(string id, bool isEnabled) =>
        new(id, 1, id, isEnabled, ["AAPL"], new(AlertKind.Volume, 60, 1), 0, null, null, [new(Address(id))]);

    private static async Task WriteAsync(Workplace place, AlertRule rule)
    {
        await using var tables = new SqliteTableStore(new() { Path = Path.Combine(place.Data, "tables.db") }, Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteTableStore>.Instance);
        await tables.WriteAsync(Partition, [TableWrite.Upsert($"r|{rule.Id}", 1, JsonSerializer.SerializeToUtf8Bytes(rule, JsonSerializerOptions.Web))], default);
    }
}
