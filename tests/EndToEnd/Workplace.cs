using System.Text.Json;

namespace Sentiment.EndToEnd;

/// <summary>A temporary folder with a tenants file and a data folder.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sentiment");

    public string Data => Path.Combine(_folder.FullName, "data");

    public string Tenants => Path.Combine(_folder.FullName, "tenants.json");

    /// <summary>Writes the tenants file: each tenant with its symbols and the variable that holds its token.</summary>
    public void Write(params (string Id, string[] Symbols, string Token)[] tenants) => File.WriteAllText(Tenants, JsonSerializer.Serialize(new
    {
        tenants = tenants.Select(t => new
        {
            id = t.Id,
            name = t.Id,
            symbols = t.Symbols,
            tables = Tables.Keys,
            credentials = new { tiingo = "env:" + t.Token, finnhub = "env:" + t.Token },
        }),
    }));

    /// <summary>Table → the simulated vendor that serves it.</summary>
    public static IReadOnlyDictionary<string, string> Tables { get; } = new Dictionary<string, string>
    {
        ["tiingo/news"] = "tiingo",
        ["finnhub/company-news"] = "finnhub",
    };

    public string[] Run(params string[] more) => ["run", "--tenants", Tenants, "--data", Data, .. more];

    public void Dispose() => _folder.Delete(recursive: true);
}
