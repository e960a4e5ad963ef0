using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Ingestion.Spans;

/// <summary>What is known of a stretch of time.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="State">What is known.</param>
/// <param name="Reason">Why it is a hole.</param>
/// <param name="Failure">How it failed.</param>
/// <param name="Until">When a wait that goes on ends.</param>
/// <param name="At">When a failure became known; null for what is none.</param>
internal sealed record Stretch(
    DateTimeOffset From, DateTimeOffset To, SpanState State, string? Reason = null, FailureKind? Failure = null, DateTimeOffset? Until = null,
    DateTimeOffset? At = null)
{
    /// <summary>A success hides whatever else is known; a wait or an open chunk hides a failure; of failures the newest holds.</summary>
    public bool Hides(Stretch other) => Rank != other.Rank ? Rank > other.Rank : State switch
    {
        SpanState.Failed or SpanState.RateLimited => !(other.At > At),
        _ => State > other.State,
    };

    /// <summary>Whether the same is known of both, whenever that was.</summary>
    public bool Says(Stretch other) => State == other.State && Failure == other.Failure && Until == other.Until && Reason == other.Reason;

    private int Rank => State switch
    {
        SpanState.Covered or SpanState.Empty => 4,
        SpanState.RateLimited when Until is not null => 3,
        SpanState.Pending => 2,
        SpanState.Missing => 0,
        _ => 1,
    };
}

/// <summary>A line of time on which stretches are laid, in any order; what is known of each moment is what hides the rest.</summary>
internal sealed class SpanLine
{
    // By time, none over another.
    private readonly List<Stretch> _stretches = [];

    /// <summary>What is known, by time.</summary>
    public IReadOnlyList<Stretch> Stretches => _stretches;

    /// <summary>Lays a stretch.</summary>
    public void Lay(Stretch laid)
    {
        if (laid.From >= laid.To)
        {
            return;
        }

        var first = FirstEndingAtOrAfter(laid.From);
        var end = first;
        var pieces = new List<Stretch>();
        var at = laid.From;
        for (; end < _stretches.Count && _stretches[end].From <= laid.To; end++)
        {
            var known = _stretches[end];
            if (at < known.From)
            {
                Add(pieces, laid with { From = at, To = known.From });
            }

            if (!laid.Hides(known))
            {
                Add(pieces, known);
            }
            else
            {
                Add(pieces, known with { To = Earlier(known.To, laid.From) });
                Add(pieces, laid with { From = Later(known.From, laid.From), To = Earlier(known.To, laid.To) });
                Add(pieces, known with { From = Later(known.From, laid.To) });
            }

            at = Later(at, known.To);
        }

        Add(pieces, laid with { From = at });
        _stretches.RemoveRange(first, end - first);
        _stretches.InsertRange(first, pieces);
    }

    // The neighbours that only touch are taken in as well, so that what is alike becomes one.
    private int FirstEndingAtOrAfter(DateTimeOffset time)
    {
        var (low, high) = (0, _stretches.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _stretches[middle].To < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static void Add(List<Stretch> pieces, Stretch piece)
    {
        if (piece.From >= piece.To)
        {
            return;
        }

        if (pieces.Count > 0 && pieces[^1].To == piece.From && pieces[^1].Says(piece) && pieces[^1].At == piece.At)
        {
            pieces[^1] = pieces[^1] with { To = piece.To };
        }
        else
        {
            pieces.Add(piece);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
