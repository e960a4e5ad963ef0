using Microsoft.Extensions.Logging;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>Folds a tenant's partials once an hour, so that those who read bars meet few of them; what is left is retention's.</summary>
internal sealed partial class TrendUpkeep(Compaction compaction, DayStore days, ChunkStore chunks, ITableStore tables, TimeProvider time, ILogger<TrendUpkeep> logger)
{
    // Well inside the activity's two minutes.
    private const int BudgetSeconds = 20;
    private const string Partition = "folded";
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Folds what the days that are not folded hold, if the last time was an hour ago. A failure is logged: bars are as right without it.</summary>
    public async Task FoldAsync(string tenant, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            var last = await tables.GetAsync(Partition, TableLimits.Escape(tenant), cancellationToken).ConfigureAwait(false);
            if (last is not null && Rows.Read(last, RowJson.Default.DateTimeOffset) + Interval > now)
            {
                return;
            }

            var data = Rows.Write(now, RowJson.Default.DateTimeOffset);
            await tables.WriteAsync(Partition, [last is null ? TableWrite.Insert(TableLimits.Escape(tenant), Rows.Version, data)
                : TableWrite.IfMatch(TableLimits.Escape(tenant), Rows.Version, data, last.ETag)], cancellationToken).ConfigureAwait(false);
            if (last is not null)
            {
                await FoldDaysAsync(tenant, now, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TableConflictException)
        {
            // Another run ended at the same moment, and folds.
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(tenant, failure);
        }
    }

    private async Task FoldDaysAsync(string tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var budget = new TimeBudget(time, BudgetSeconds);
        var standings = new PageStandings(chunks, now);
        foreach (var (day, mark) in (await days.AllAsync(tenant, cancellationToken).ConfigureAwait(false)).AsEnumerable().Reverse().Where(d => !d.Mark.Row.IsFolded))
        {
            var result = await compaction.FoldAsync(tenant, day, standings, budget, cancellationToken).ConfigureAwait(false);
            if (budget.IsUsedUp)
            {
                return;
            }

            // A page that has just marked the day may not have written yet: then nothing is concluded from what is not there.
            if (result.IsComplete && mark.Row.At + ChunkRow.Grace <= now)
            {
                await days.ChangeAsync(tenant, day, mark, mark.Row with { IsFolded = true }, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Bars of tenant {Tenant} could not be folded; the next retention does it.")]
    private partial void LogFailed(string tenant, Exception failure);
}
