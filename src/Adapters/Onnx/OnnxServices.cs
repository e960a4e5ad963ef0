using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Onnx;

/// <summary>Registers scoring.</summary>
public static partial class OnnxServices
{
    [GeneratedRegex("^[a-z0-9-]{1,40}\\z")]
    private static partial Regex NamePattern { get; }

    /// <summary>Scores with the models that are configured; the default one is the one that comes with the program where none is.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddScoring(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = Read(configuration);
        return services.AddOnnxScoring(options.ModelPath.Length > 0 ? options
            : options with { ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "compact") });
    }

    /// <summary>The names of the configured models, for whoever only has to know which there are.</summary>
    public static IReadOnlyList<string> ModelNames(IConfiguration configuration) => Read(configuration).ModelNames;

    /// <summary>
    /// Scores with the models of <paramref name="options"/>, behind a cache unless that is 0 entries. The default one is loaded at the
    /// first use, a further one whenever it is used and not in memory.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not as expected, or a further model's folder lacks a file; the message names its key.</exception>
    public static IServiceCollection AddOnnxScoring(this IServiceCollection services, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.ModelPath))
            throw new ArgumentException($"{ScoringOptions.Section}:{nameof(options.ModelPath)} is empty; the folder of a model was expected", nameof(options));
        Check(options.Parallelism is >= 1 and <= 256, nameof(options.Parallelism), options.Parallelism, "1 to 256");
        Check(options.CacheEntries is 0 or (>= 2 and <= 50_000_000), nameof(options.CacheEntries), options.CacheEntries, "0, or 2 to 50,000,000");
        Check(options.LoadedModels is >= 1 and <= ScoringOptions.MaxModels, nameof(options.LoadedModels), options.LoadedModels, $"1 to {ScoringOptions.MaxModels}");
        CheckModels(options.Models);
        services.TryAddSingleton(TimeProvider.System);
        var turns = new SemaphoreSlim(options.Parallelism);
        var cache = options.CacheEntries == 0 ? null : new ScoreCache(options.CacheEntries);
        services.AddSingleton(provider => OnnxSentimentScorer.Load(options, provider.GetRequiredService<TimeProvider>(), turns));
        services.AddSingleton<ISentimentScorer>(provider => cache is null
            ? provider.GetRequiredService<OnnxSentimentScorer>()
            : new CachedScorer(provider.GetRequiredService<OnnxSentimentScorer>(), cache));
        return services.AddSingleton<ISentimentModels>(provider => new OnnxModels(
            options, provider.GetRequiredService<ISentimentScorer>, cache, turns, provider.GetRequiredService<TimeProvider>()));
    }

    private static ScoringOptions Read(IConfiguration configuration)
    {
        var options = new ScoringOptions { ModelPath = "" };
        var section = configuration.GetSection(ScoringOptions.Section);
        section.Bind(options);

        // An empty folder is as if the name were not there, as with every other setting.
        return options with
        {
            Models = section.GetSection(nameof(options.Models)).GetChildren().Where(m => !string.IsNullOrWhiteSpace(m.Value)).ToDictionary(m => m.Key, m => m.Value!, StringComparer.Ordinal),
        };
    }

    private static void CheckModels(IReadOnlyDictionary<string, string> models)
    {
        const string Section = $"{ScoringOptions.Section}:{nameof(ScoringOptions.Models)}";
        if (models.Count > ScoringOptions.MaxModels)
            throw new ArgumentException($"{Section} has {models.Count}; at most {ScoringOptions.MaxModels} were expected");
        foreach (var (name, path) in models)
        {
            if (!NamePattern.IsMatch(name) || name == ISentimentModels.Default)
                throw new ArgumentException($"{Section}:{name} is no model's name; 1 to 40 characters of [a-z0-9-] other than '{ISentimentModels.Default}' were expected");
            if (string.IsNullOrWhiteSpace(path))
                throw new ArgumentException($"{Section}:{name} is empty; the folder of a model was expected");
            try
            {
                OnnxSentimentScorer.Check(path);
            }
            catch (ModelFolderException problem)
            {
                throw new ArgumentException($"{Section}:{name}: {problem.Message}", problem);
            }
        }
    }

    private static void Check(bool right, string key, int value, string expected)
    {
        if (!right)
            throw new ArgumentOutOfRangeException(null, string.Create(CultureInfo.InvariantCulture, $"{ScoringOptions.Section}:{key} is {value}; {expected} was expected"));
    }
}
