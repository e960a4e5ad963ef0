namespace Sentiment.Simulator.Feed;

/// <summary>What is wrong with a record that the feed serves broken on purpose.</summary>
public enum BadKind
{
    /// <summary>Nothing: the record is good.</summary>
    None,

    /// <summary>The record has no id.</summary>
    MissingId,

    /// <summary>The record has no title property.</summary>
    MissingTitle,

    /// <summary>The title is an empty string.</summary>
    EmptyTitle,

    /// <summary>The title is longer than 64 KB.</summary>
    OversizeTitle,

    /// <summary>The publication date cannot be parsed.</summary>
    UnparseableDate,

    /// <summary>The publication date lies far more than 24 hours ahead.</summary>
    FutureDate,

    /// <summary>The bar has no opening price.</summary>
    MissingPrice,

    /// <summary>The bar closes at 0.</summary>
    ZeroPrice,

    /// <summary>The bar's highest price lies below its lowest.</summary>
    HighBelowLow,
}
