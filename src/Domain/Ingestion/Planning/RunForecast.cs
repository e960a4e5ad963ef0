namespace Sentiment.Domain.Ingestion.Planning;

/// <summary>What a run would cost.</summary>
/// <param name="At">When it was reckoned, which is when the run would start.</param>
/// <param name="Calls">Vendor calls that it would make.</param>
/// <param name="Records">Records that they would bring, known ones too; about.</param>
/// <param name="Minutes">How long it would take; about.</param>
/// <param name="Vendors">Per vendor credential, by vendor.</param>
/// <param name="Tables">Per tenant and table, in the order of the tenants file.</param>
public sealed record RunForecast(
    DateTimeOffset At, long Calls, long Records, double Minutes, IReadOnlyList<VendorForecast> Vendors, IReadOnlyList<TableForecast> Tables);

/// <summary>What a run would ask of a vendor credential.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Credential">16 hex digits of the secret's SHA-256; empty where the vendor needs none.</param>
/// <param name="Windows">What it permits and what is left of it now; empty: no limit.</param>
/// <param name="Calls">Calls that the run would make.</param>
/// <param name="Minutes">After how many the last of them is permitted.</param>
/// <param name="Deferred">Calls that it would leave for later runs.</param>
/// <param name="DeferredUntil">When the last of those is permitted; null: none is left.</param>
public sealed record VendorForecast(
    string Vendor, string Credential, IReadOnlyList<Quotas.ForecastWindow> Windows, long Calls, double Minutes, long Deferred, DateTimeOffset? DeferredUntil);

/// <summary>What a run would do at a table.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">The table.</param>
/// <param name="Chunks">Chunks that it would cut, those that it would leave included.</param>
/// <param name="Calls">Calls that it would make.</param>
/// <param name="Records">Records that they would bring; about.</param>
/// <param name="Deferred">What it would leave for later runs.</param>
/// <param name="Problem">Why nothing can be fetched, such as a credential that leads nowhere; null: it can.</param>
public sealed record TableForecast(
    string Tenant, string Table, int Chunks, long Calls, long Records, IReadOnlyList<DeferredSymbols> Deferred, string? Problem);

/// <summary>Symbols that wait.</summary>
/// <param name="Symbols">Which.</param>
/// <param name="Until">When their vendor permits the call.</param>
public sealed record DeferredSymbols(IReadOnlyList<string> Symbols, DateTimeOffset Until);
