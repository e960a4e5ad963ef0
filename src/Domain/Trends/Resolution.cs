namespace Sentiment.Domain.Trends;

/// <summary>How long the bars of a trend are.</summary>
/// <param name="Name">As callers write it.</param>
/// <param name="Minutes">The length.</param>
public sealed record Resolution(string Name, int Minutes)
{
    /// <summary>Every one there is, shortest first.</summary>
    public static IReadOnlyList<Resolution> All { get; } =
        [new("1m", 1), new("5m", 5), new("15m", 15), new("30m", 30), new("1h", 60), new("2h", 120), new("1d", 1440)];

    /// <summary>An hour, where none is asked for.</summary>
    public static Resolution Default { get; } = All[4];

    /// <summary>The one of a name; null: there is none.</summary>
    public static Resolution? Find(string name) => All.FirstOrDefault(r => r.Name == name);

    /// <summary>How finely stored days must be read for it.</summary>
    public Grain Grain => Minutes < 60 ? Grain.Minute : Grain.Hour;
}
