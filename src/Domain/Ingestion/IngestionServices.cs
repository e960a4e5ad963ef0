using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Anomalies;
using Sentiment.Domain.Ingestion.Backfills;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion;

/// <summary>Registers the ingestion.</summary>
public static class IngestionServices
{
    /// <summary>
    /// Registers stores, workflows and activities. The services must have the ports: table and blob store, sources,
    /// scorer, secrets and a workflow client; <see cref="IPageAnnouncer"/>s are optional.
    /// </summary>
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        services.AddTenantSettings();
        services.AddSingleton<RetentionStore>();
        services.AddSingleton<SourceCatalog>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<ChunkStore>();
        services.AddSingleton<TableStateStore>();
        services.AddSingleton<ItemStore>();
        services.AddSingleton<DayStore>();
        services.AddSingleton<QuarantineStore>();
        services.AddSingleton<TrendStore>();
        services.AddHostedService<StageWatch>();
        services.AddSingleton<KeptBars>();
        services.AddSingleton<FoldedDays>();
        services.AddSingleton<PriceTrend>();
        services.AddSingleton<TrendQuery>();
        services.AddSingleton<Compaction>();
        services.AddSingleton<TrendUpkeep>();
        services.AddSingleton<MetricsStore>();
        services.AddSingleton<MetricsUpkeep>();
        services.AddSingleton<TenantMetricsReader>();
        services.AddSingleton<PageAnnouncers>();
        services.TryAddSingleton<ISentimentModels, OneModel>();
        services.AddSingleton<ChunkModels>();
        services.AddSingleton<PageFetcher>();
        services.AddSingleton<PriceStore>();
        services.AddSingleton<PageCommitter>();
        services.AddSingleton<PriceCommitter>();
        services.AddSingleton<PageCommitters>();
        services.AddSingleton<Replayer>();
        services.AddSingleton<ReplayPlan>();
        services.AddSingleton<BackfillPlan>();
        services.AddSingleton<ChunkFailure>();
        services.AddSingleton<RunCancellation>();
        services.AddSingleton(p => new RunStarter(
            p.GetRequiredService<RunStore>(), p.GetRequiredService<RunCancellation>(), p.GetRequiredService<RetentionStore>(),
            p.GetRequiredService<IWorkflowClient>(), p.GetRequiredService<IOptions<IngestionOptions>>(),
            p.GetRequiredService<IOptions<RetentionOptions>>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new RunSteering(
            p.GetRequiredService<IWorkflowClient>(), p.GetRequiredService<RunStore>(), p.GetRequiredService<RunStarter>()));
        services.AddSingleton<Spans.CoverageList>();
        services.AddSingleton<Verification.Verifier>();
        services.AddSingleton(new WorkflowRegistry().AddIngestion());
        return services;
    }

    /// <summary>Adds the ingestion's workflows and activities under their type names.</summary>
    public static WorkflowRegistry AddIngestion(this WorkflowRegistry registry) => registry
        .AddWorkflow<RunWorkflow, RunInput, WorkStatus>()
        .AddWorkflow<TenantWorkflow, TenantInput, WorkStatus>()
        .AddWorkflow<TableWorkflow, TableInput, WorkStatus>()
        .AddWorkflow<BackfillTableWorkflow, BackfillInput, WorkStatus>()
        .AddActivity<BeginTenants, NextTenants, IReadOnlyList<string>>()
        .AddActivity<BeginTenant, NextTables, IReadOnlyList<string>>()
        .AddActivity<ClaimTable, TableId, ClaimResult>()
        .AddActivity<YieldTable, TableId, Nothing>()
        .AddActivity<PlanTable, TableId, int>()
        .AddActivity<ProcessChunk, ChunkCall, ChunkOutcome>()
        .AddActivity<FailChunks, FailChunksCall, Nothing>()
        .AddActivity<FinishTable, TableEnd, WorkStatus>()
        .AddActivity<FinishTenant, TenantEnd, WorkStatus>()
        .AddActivity<FinishRun, string, WorkStatus>();
}
