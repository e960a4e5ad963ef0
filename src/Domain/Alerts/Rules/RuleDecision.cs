using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>
/// Decides, on what the store says, whether rules begin or end to be met, and records it once: what a rule remembers is written
/// under its ETag, an alert in the same atomic write. Whoever comes second reads again and finds it done.
/// </summary>
internal sealed class RuleDecision(ITableStore tables, RuleStore rules, TimeProvider time, IAlertRaiser? raiser = null)
{
    // Each try but the last was lost to another who got further.
    private const int Tries = 20;

    /// <summary>Whether there is somebody to raise alerts; without nothing is evaluated.</summary>
    public bool IsWanted => raiser is not null;

    /// <summary>Decides about some rules and a symbol.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol, or what the rules are about instead.</param>
    /// <param name="open">The rules as this process knows them.</param>
    /// <param name="measure">Measures for a rule; asked after what is remembered was read.</param>
    /// <param name="tell">Makes what an alert says of a step.</param>
    /// <param name="known">Is given what is remembered of each rule.</param>
    /// <param name="cancellationToken">Gives up; what was recorded stays.</param>
    public async Task DecideAsync<TMeasured>(
        string tenant, string symbol, IReadOnlyList<AlertRule> open, Func<CancellationToken, Task<Func<AlertRule, TMeasured>>> measure,
        Func<AlertRule, RuleStep, CancellationToken, Task<(string Summary, AlertEvidence Evidence)>> tell, Action<string, SymbolState?> known, CancellationToken cancellationToken)
        where TMeasured : IMeasured
    {
        var partition = AlertPartitions.Of(tenant);
        for (var tries = 1; open.Count > 0 && tries <= Tries; tries++)
        {
            var keys = open.ToDictionary(r => r.Id, r => SymbolState.Key(r.Id, symbol), StringComparer.Ordinal);
            var rows = await tables.GetAllAsync(partition, keys.Values, cancellationToken).ConfigureAwait(false);
            var measured = await measure(cancellationToken).ConfigureAwait(false);
            var lost = new List<AlertRule>();
            foreach (var rule in open)
            {
                var row = rows.GetValueOrDefault(keys[rule.Id]);
                var state = row is null ? null : Rows.Read(row, RuleJson.Default.SymbolState);
                if (RuleStep.Of(rule, state, measured(rule), time.GetUtcNow()) is not { } step)
                {
                    known(rule.Id, state);
                }
                else if (await IsCurrentAsync(tenant, rule, cancellationToken).ConfigureAwait(false))
                {
                    if (await RecordAsync(tenant, symbol, rule, step, step.State.Over(row, keys[rule.Id]), tell, cancellationToken).ConfigureAwait(false))
                    {
                        known(rule.Id, step.State);
                    }
                    else
                    {
                        lost.Add(rule);
                    }
                }
            }

            open = lost;
        }
    }

    private async Task<bool> RecordAsync(
        string tenant, string symbol, AlertRule rule, RuleStep step, TableWrite write,
        Func<AlertRule, RuleStep, CancellationToken, Task<(string Summary, AlertEvidence Evidence)>> tell, CancellationToken cancellationToken)
    {
        if (!step.Raises)
        {
            try
            {
                await tables.WriteAsync(AlertPartitions.Of(tenant), [write], cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (TableConflictException)
            {
                return false;
            }
        }

        var (summary, evidence) = await tell(rule, step, cancellationToken).ConfigureAwait(false);
        var alert = new Alert(
            Alert.IdOf(tenant, rule.Id, rule.Version, symbol, step.State.Episode), tenant, rule, symbol, step.State.LastRaisedAt!.Value, step.Value, summary, evidence);

        // The evidence took its time: a rule that was disabled meanwhile raises nothing.
        return !await IsCurrentAsync(tenant, rule, cancellationToken).ConfigureAwait(false)
            || await raiser!.RaiseAsync(alert, write, cancellationToken).ConfigureAwait(false);
    }

    // A rule that was disabled, changed or deleted is not evaluated any more; its next version starts afresh.
    private async Task<bool> IsCurrentAsync(string tenant, AlertRule rule, CancellationToken cancellationToken)
    {
        if (await rules.GetAsync(tenant, rule.Id, cancellationToken).ConfigureAwait(false) is { IsEnabled: true } now && now.Version == rule.Version && now.ChangedAt == rule.ChangedAt)
        {
            return true;
        }

        rules.Forget(tenant);
        return false;
    }
}
