namespace Sentiment.Domain.Sources;

/// <summary>The tables that can be read, by name.</summary>
public sealed class SourceCatalog
{
    private readonly Dictionary<string, ITableSource> _sources;

    /// <summary>Makes a catalog of sources whose names differ.</summary>
    /// <exception cref="ArgumentException">Two have the same name.</exception>
    public SourceCatalog(IEnumerable<ITableSource> sources) =>
        _sources = sources.ToDictionary(s => s.Description.Table, StringComparer.Ordinal);

    /// <summary>What the sources say of themselves, by table.</summary>
    public IEnumerable<SourceDescription> Descriptions => _sources.Values.Select(s => s.Description);

    /// <summary>What the source of a table says of itself; null: there is none.</summary>
    public SourceDescription? Find(string table) => _sources.GetValueOrDefault(table)?.Description;

    /// <summary>The source of a table.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ITableSource Get(string table) =>
        _sources.TryGetValue(table, out var source) ? source : throw new KeyNotFoundException($"No source for table '{table}'; there are {string.Join(", ", _sources.Keys)}. A table of a REST API needs its file in Sources:Rest:Files.");
}
