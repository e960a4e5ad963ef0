namespace Sentiment.Domain.Sources;

/// <summary>The tables that can be read, by name.</summary>
public sealed class SourceCatalog
{
    private readonly Dictionary<string, ITableSource> _sources;

    /// <summary>Makes a catalog of sources whose names differ.</summary>
    /// <exception cref="ArgumentException">Two have the same name.</exception>
    public SourceCatalog(IEnumerable<ITableSource> sources) =>
        _sources = sources.ToDictionary(s => s.Description.Table, StringComparer.Ordinal);

    /// <summary>Table → the vendor whose credential it needs.</summary>
    public IReadOnlyDictionary<string, string> Vendors => _sources.ToDictionary(s => s.Key, s => s.Value.Description.Vendor, StringComparer.Ordinal);

    /// <summary>The source of a table.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ITableSource Get(string table) =>
        _sources.TryGetValue(table, out var source) ? source : throw new KeyNotFoundException($"No source for table '{table}'.");
}
