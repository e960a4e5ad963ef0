using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Registers alert rules.</summary>
public static class RuleServices
{
    /// <summary>Registers rules and their preview, without their evaluation; the services must have the ingestion.</summary>
    public static IServiceCollection AddRuleStore(this IServiceCollection services)
    {
        services.TryAddSingleton<RuleStore>();
        services.TryAddSingleton<RulePreview>();
        services.TryAddSingleton<RuleReevaluation>();
        return services;
    }

    /// <summary>
    /// Registers rules and their evaluation. The services must have the ingestion; without an <see cref="IAlertRaiser"/> nothing is
    /// evaluated.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="isOneProcess">Whether no other process commits pages at the same time.</param>
    public static IServiceCollection AddAlertRules(this IServiceCollection services, bool isOneProcess) => services.AddRuleStore()
        .AddSingleton(new RuleScope(isOneProcess))
        .AddSingleton<RuleDecision>().AddSingleton<MinuteReader>().AddSingleton<EvidenceReader>()
        .AddSingleton<StandingRules>().AddSingleton<IScheduleListener>(p => p.GetRequiredService<StandingRules>())
        .AddSingleton<RuleEvaluator>().AddSingleton<IPageAnnouncer>(p => p.GetRequiredService<RuleEvaluator>())
        .AddHostedService<RuleClock>();
}
