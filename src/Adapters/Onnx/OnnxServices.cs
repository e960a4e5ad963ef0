using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Onnx;

/// <summary>Registers scoring.</summary>
public static class OnnxServices
{
    /// <summary>Scores with the model that is configured, or the one that comes with the program.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddScoring(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new ScoringOptions { ModelPath = "" };
        configuration.GetSection(ScoringOptions.Section).Bind(options);
        return services.AddOnnxScoring(options.ModelPath.Length > 0 ? options
            : options with { ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "compact") });
    }

    /// <summary>Scores with the model of <paramref name="options"/>, which is loaded at the first use, behind a cache unless that is 0 entries.</summary>
    public static IServiceCollection AddOnnxScoring(this IServiceCollection services, ScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.ModelPath))
            throw new ArgumentException($"{ScoringOptions.Section}:{nameof(options.ModelPath)} is empty; the folder of a model was expected", nameof(options));
        Check(options.Parallelism is >= 1 and <= 256, nameof(options.Parallelism), options.Parallelism, "1 to 256");
        Check(options.CacheEntries is 0 or (>= 2 and <= 50_000_000), nameof(options.CacheEntries), options.CacheEntries, "0, or 2 to 50,000,000");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => OnnxSentimentScorer.Load(options, provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<ISentimentScorer>(provider => options.CacheEntries == 0
            ? provider.GetRequiredService<OnnxSentimentScorer>()
            : new CachedScorer(provider.GetRequiredService<OnnxSentimentScorer>(), options.CacheEntries));
    }

    private static void Check(bool right, string key, int value, string expected)
    {
        if (!right)
            throw new ArgumentOutOfRangeException(null, $"{ScoringOptions.Section}:{key} is {value}; {expected} was expected");
    }
}
