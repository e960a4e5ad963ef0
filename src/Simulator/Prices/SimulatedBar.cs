using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Prices;

/// <summary>A bar as it stands at the feed's clock, before it takes its wire format.</summary>
/// <param name="Start">Its time.</param>
/// <param name="Open">The first price, to the cent.</param>
/// <param name="High">The highest price.</param>
/// <param name="Low">The lowest price.</param>
/// <param name="Close">The last price so far.</param>
/// <param name="Volume">What was traded so far.</param>
/// <param name="IsRunning">Whether its period has not ended: it will still change.</param>
/// <param name="Bad">What is broken about it; never anything while it is running.</param>
internal sealed record SimulatedBar(
    DateTimeOffset Start, decimal Open, decimal High, decimal Low, decimal Close, long Volume, bool IsRunning, BadKind Bad);
