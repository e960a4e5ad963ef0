using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Helpdesk;

/// <summary>What the tables of a help desk have in common: a bearer token, and refusals with a word of why.</summary>
internal abstract class HelpdeskApi(FeedStore store, SimulatorClock clock) : IVendorApi
{
    private const string Scheme = "Bearer ";

    public abstract Vendor Vendor { get; }

    public VendorErrors Errors { get; } = new(
        """{"error":"Unknown token."}"""u8.ToArray(),
        """{"error":"This token may not read this table."}"""u8.ToArray(),
        """{"error":"Rate limit reached."}"""u8.ToArray());

    public string? Key(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    public abstract VendorReply Answer(HttpRequest request, PageFaults faults);

    /// <summary>Every record that has arrived under any of the symbols, the latest first.</summary>
    protected IEnumerable<FeedItem> Arrived(string[] symbols)
    {
        var now = clock.Now;
        return store.Merged(Vendor, symbols, byPublication: false, now).Where(item => item.CrawledAt <= now);
    }

    protected static VendorReply Refused(string parameter) => new(
        StatusCodes.Status400BadRequest, System.Text.Encoding.UTF8.GetBytes($$"""{"error":"Bad value of {{parameter}}."}"""));

    protected static bool TryNumber(string? text, int absent, out int number)
    {
        number = absent;
        return string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
