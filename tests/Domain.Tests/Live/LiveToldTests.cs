using System.Text;
using System.Text.Json;
using Sentiment.Domain.Live;

namespace Sentiment.Domain.Tests.Live;

public class LiveToldTests
{
    [Fact]
    public void An_entry_is_told_whole_once_and_then_by_the_fields_that_changed()
    {
        var told = new LiveTold();
        Assert.Equal(["a whole n=1,min=2,max=3"], Tell(told, LiveKind.Trends, 10, ("a", """{"n":1,"min":2,"max":3}""")));
        Assert.Equal(["a 10 n=2"], Tell(told, LiveKind.Trends, 11, ("a", """{"n":2,"min":2,"max":3}""")));
        Assert.Equal(["a 11 max=4"], Tell(told, LiveKind.Trends, 12, ("a", """{"n":2,"min":2,"max":4}""")));
        Assert.Empty(Tell(told, LiveKind.Trends, 13, ("a", """{"n":2,"min":2,"max":4}""")));
    }

    [Fact]
    public void A_field_that_went_away_is_null()
    {
        var told = new LiveTold();
        Tell(told, LiveKind.Trends, 10, ("a", """{"n":1,"notEnough":true,"min":2,"max":3}"""));
        Assert.Equal(["a 10 n=3,notEnough=null"], Tell(told, LiveKind.Trends, 11, ("a", """{"n":3,"min":2,"max":3}""")));
    }

    // Somebody may have seen another value of it in between.
    [Fact]
    public void A_field_that_may_return_to_an_earlier_value_is_told_with_every_change()
    {
        var told = new LiveTold();
        Tell(told, LiveKind.Runs, 10, ("r", """{"status":"running","startedAt":"t","records":1}"""));
        Assert.Equal(["r 10 records=2,status=\"running\""], Tell(told, LiveKind.Runs, 11, ("r", """{"status":"running","startedAt":"t","records":2}""")));
    }

    [Fact]
    public void Runs_that_are_gone_are_removed_and_bars_and_items_leave_by_themselves()
    {
        foreach (var (kind, expected) in ((LiveKind, string[])[])[(LiveKind.Runs, ["a removed"]), (LiveKind.Metrics, ["a removed"]), (LiveKind.Trends, []), (LiveKind.Items, [])])
        {
            var told = new LiveTold();
            Tell(told, kind, 10, ("a", """{"n":1}"""));
            Assert.Equal(expected, Tell(told, kind, 11));
        }
    }

    [Fact]
    public void After_a_loss_entries_are_told_whole()
    {
        var told = new LiveTold();
        Tell(told, LiveKind.Trends, 10, ("a", """{"n":1,"min":2}"""));
        told.Lose();
        Assert.True(told.IsLost);
        Assert.Equal(["a whole n=1,min=2"], Tell(told, LiveKind.Trends, 11, ("a", """{"n":1,"min":2}""")));
        Assert.False(told.IsLost);
    }

    [Fact]
    public void What_is_remembered_of_bars_stays_bounded()
    {
        var told = new LiveTold();
        for (var minute = 0; minute < 1000; minute++)
        {
            var key = FormattableString.Invariant($"1m|2030-01-10T{minute / 60:D2}:{minute % 60:D2}:00Z");
            Assert.Single(Tell(told, LiveKind.Trends, minute + 1, (key, """{"n":1,"min":0}""")));
        }

        Assert.Equal(["1m|2030-01-10T16:39:00Z 1000 n=2"], Tell(told, LiveKind.Trends, 2000, ("1m|2030-01-10T16:39:00Z", """{"n":2,"min":0}""")));
        Assert.Equal(["1m|2030-01-10T03:00:00Z whole n=2,min=0"], Tell(told, LiveKind.Trends, 2001, ("1m|2030-01-10T03:00:00Z", """{"n":2,"min":0}""")));
    }

    [Fact]
    public void A_message_has_what_the_contract_says()
    {
        var changes = new EntryChange[] { new("a", null, Fields("""{"n":1,"labels":{"positive":1}}""")), new("b", 7, Fields("""{"n":2}""")), new("c", null, null) };
        var message = Assert.Single(LiveMessages.Of("me", 9, changes, () => 3));
        Assert.Equal(
            """{"from":"me","seq":3,"kind":"delta","changes":[{"key":"a","version":9,"n":1,"labels":{"positive":1}},{"key":"b","version":9,"base":7,"n":2},{"key":"c","version":9,"removed":true}]}""",
            Encoding.UTF8.GetString(message.Span));
    }

    [Fact]
    public void Long_texts_are_told_in_several_messages_that_a_hub_takes()
    {
        var title = JsonSerializer.Serialize(new string('\u0001', 60_000));
        var changes = Enumerable.Range(0, 6).Select(i => new EntryChange($"k{i}", null, Fields($$"""{"title":{{title}}}"""))).ToList();
        var seq = 0L;
        var messages = LiveMessages.Of("me", 9, changes, () => ++seq).ToList();
        Assert.All(messages, m => Assert.InRange(m.Length, 1, 1_000_000));
        var read = messages.ConvertAll(m => JsonElement.Parse(m.Span));
        Assert.Equal(Enumerable.Range(1, 6).Select(n => (long)n), read.ConvertAll(m => m.GetProperty("seq").GetInt64()));
        Assert.Equal(changes.ConvertAll(c => c.Key), read.SelectMany(m => m.GetProperty("changes").EnumerateArray()).Select(c => c.GetProperty("key").GetString()!));
        Assert.Single(LiveMessages.Of("me", 9, [.. Enumerable.Range(0, 1000).Select(i => new EntryChange($"k{i}", null, Fields("""{"n":1}""")))], () => ++seq));
    }

    private static List<LiveField> Fields(string json) => LiveEntry.Read(Encoding.UTF8.GetBytes(json));

    private static List<string> Tell(LiveTold told, LiveKind kind, long version, params (string Key, string Json)[] entries)
    {
        var now = entries.Select(e => new LiveEntry(e.Key, Fields(e.Json))).ToList();
        var news = told.News(kind, now);
        told.Tell(kind, now, news, version);
        return [.. news.Select(n => n.Fields is null ? $"{n.Key} removed"
            : $"{n.Key} {n.Base?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "whole"} {string.Join(',', n.Fields.Select(f => $"{f.Name}={Encoding.UTF8.GetString(f.Json.Span)}"))}")];
    }
}
