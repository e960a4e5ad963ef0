using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;
using Xunit.Abstractions;

namespace Sentiment.EndToEnd;

/// <summary>
/// Processes that find alerts due, send and record them, each killed at another moment: before or after one of its writes or
/// sends, or while a mail has arrived and is not answered.
/// </summary>
public sealed partial class KilledAlertTests(ITestOutputHelper output)
{
    private const string Tenant = "acme";
    private const int DefaultKills = 50;

    // A process has found two to three alerts due by the last of these moments; one more stands for the answer that never comes.
    private const int Moments = 24;
    private const int KillsPerRule = 25;
    private static readonly string Partition = AlertPartitions.Of(Tenant);

    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("SENTIMENT_ALERT_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : DefaultKills;

    [GeneratedRegex("^killed (?<where>.*) gap (?<gap>.*)$", RegexOptions.Multiline)]
    private static partial Regex Killed { get; }

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
            await using var process = SentimentProcess.StartAlertHost(mail.Environment, place.Data, rule, "100", $"{moment}");
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
                if (where.Groups["gap"].Value.Trim() is not "none" and var gap)
                {
                    gaps.Add(gap);
                }
            }
        }

        await using var last = SentimentProcess.StartAlertHost(mail.Environment, place.Data, rule, "2", "0");
        var whole = await last.WaitAsync();
        Assert.True(whole.ExitCode == 0, $"{whole}");
        output.WriteLine($"{Kills} kills, {mail.Received.Count} mails, {gaps.Count} of the kills between send and record, {mail.Received.Count - mail.Received.DistinctBy(m => m.MessageId).Count()} repeats");
        output.WriteLine(string.Join('\n', places.CountBy(p => p).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Value,4} {p.Key}")));
        await AssertAsync(place, mail, gaps, ended, rule);
    }

    private static async Task AssertAsync(Workplace place, MailService mail, List<string> gaps, Dictionary<string, int> ended, string lastRule)
    {
        var received = mail.Received.ToList();
        var times = received.CountBy(m => m.MessageId).ToDictionary(StringComparer.Ordinal);
        var inGap = gaps.CountBy(g => g).ToDictionary(StringComparer.Ordinal);

        // A mail may repeat as often as a kill came between its send and its record, under the id that it had; no other repeats.
        Assert.All(times, m => Assert.True(m.Value - 1 <= inGap.GetValueOrDefault(m.Key), $"{m.Key} came {m.Value} times with {inGap.GetValueOrDefault(m.Key)} kills in its gap"));

        await using var tables = new SqliteTableStore(new() { Path = Path.Combine(place.Data, "tables.db") }, Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteTableStore>.Instance);
        var store = new AlertStore(tables, TimeProvider.System);
        var due = 0;
        foreach (var rule in ended.Keys.Append(lastRule))
        {
            var memory = await tables.GetAsync(Partition, $"s|{rule}|AAPL", default);
            var count = int.Parse(Encoding.UTF8.GetString(memory!.Data.Span), CultureInfo.InvariantCulture);
            for (var number = 0; number < count; number++, due++)
            {
                var alert = await store.GetAsync(Tenant, Alert.IdOf(Tenant, rule, 1, "AAPL", number), default);
                Assert.NotNull(alert);
                var delivery = Assert.Single(alert.Message!.Deliveries);
                var id = DeliveryDocument.Of(alert.Message, delivery).MessageId;
                if (delivery.Status == DeliveryStatus.Withdrawn)
                {
                    // It may have been sent, if the kill came before that was recorded, but then before the rule was disabled.
                    Assert.True(rule != lastRule && delivery.Reason == "the rule is disabled", $"{id} of {rule}: {delivery.Reason}");
                    continue;
                }

                Assert.Equal(DeliveryStatus.Sent, delivery.Status);
                Assert.True(times.ContainsKey(id), $"number {number} of {rule} is missing");
            }

            if (ended.TryGetValue(rule, out var until))
            {
                Assert.DoesNotContain(received.Skip(until), m => m.To == Address(rule));
            }
        }

        Assert.True(times.Count <= due, $"{times.Count} alerts were sent, {due} were due");
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
