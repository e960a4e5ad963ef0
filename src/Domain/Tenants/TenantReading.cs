using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tenants;

/// <summary>Reads tenants' settings; every problem is found in one go and named by its path.</summary>
/// <param name="knownTables">The tables that exist.</param>
/// <param name="models">The names of the models that exist.</param>
internal sealed partial class TenantReading(Dictionary<string, SourceDescription> knownTables, IReadOnlyCollection<string> models) : FieldReading
{
    private const int MaxTenants = 5000;
    private const int MaxSymbols = 10_000;
    private const string Fields = "name symbols tables credentials retention fallbacks emails schedule model status";
    private const string Shown = "id vendors origin changedAt version";

    [GeneratedRegex(@"^[^\s@<>""',;:()\[\]\\|]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?\.[A-Za-z]{2,24}\z")]
    private static partial Regex EmailPattern { get; }

    /// <summary>The tenants of a file.</summary>
    public List<Tenant> Tenants(JsonElement root)
    {
        var tenants = new List<Tenant>();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("tenants", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            Problems.Add("$.tenants: an array of tenants expected");
            return tenants;
        }

        if (list.GetArrayLength() is 0 or > MaxTenants)
        {
            Problems.Add($"$.tenants: 1 to {MaxTenants} tenants expected, found {list.GetArrayLength()}");
            return tenants;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var path = $"$.tenants[{index++}]";
            if (element.ValueKind != JsonValueKind.Object)
            {
                Problems.Add($"{path}: an object expected");
                continue;
            }

            CheckFields(element, path, "id " + Fields);
            var tenant = ReadTenant(ReadId(element, path), element, path);
            if (!ids.Add(tenant.Id) && tenant.Id.Length > 0)
            {
                Problems.Add($"{path}.id: '{tenant.Id}' is there twice");
            }

            tenants.Add(tenant);
        }

        return tenants;
    }

    /// <summary>The settings of one tenant, whose id is known.</summary>
    public Tenant? One(string id, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Problems.Add("$: an object expected");
            return null;
        }

        CheckFields(element, "", $"{Fields} {Shown}");
        if (!TenantsFile.IsId(id) || (Has(element, "id", out var given) && !(given.ValueKind == JsonValueKind.String && given.ValueEquals(id))))
        {
            Problems.Add($"id: the tenant's, 1 to 40 characters of [a-z0-9-], expected");
        }

        return ReadTenant(id, element, "");
    }

    private string ReadId(JsonElement element, string path)
    {
        var id = Text(element, "id", path);
        if (id.Length > 0 && !TenantsFile.IsId(id))
        {
            Problems.Add($"{path}.id: '{id}' is not 1 to 40 characters of [a-z0-9-]");
        }

        return id;
    }

    private Tenant ReadTenant(string id, JsonElement element, string path)
    {
        var name = Has(element, "name", out _) ? Text(element, "name", path) : id;
        var symbols = Texts(element, "symbols", path, symbol => SymbolRules.IsSymbol(symbol.ToUpperInvariant())
            ? null : $"'{symbol}' is no symbol: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters, expected", isOptional: BringsSymbols(element))
            .Select(symbol => symbol.ToUpperInvariant()).Distinct(StringComparer.Ordinal).ToList();
        if (symbols.Count > MaxSymbols)
        {
            Problems.Add($"{At(path, "symbols")}: at most {MaxSymbols} symbols expected, found {symbols.Count}");
        }

        var tables = Texts(element, "tables", path, table => knownTables.ContainsKey(table)
            ? null : $"'{table}' is no table: one of {string.Join(", ", knownTables.Keys)} expected").Distinct(StringComparer.Ordinal).ToList();
        if (tables.Count > TenantStore.MaxTables)
        {
            Problems.Add($"{At(path, "tables")}: at most {TenantStore.MaxTables} tables expected, found {tables.Count}");
        }

        var fallbacks = Fallbacks(element, path, tables);
        return new Tenant(id, name, symbols, tables, Credentials(element, path, [.. tables, .. fallbacks?.Values.ToList() ?? []]), Retention(element, path))
        {
            Fallbacks = fallbacks,
            Emails = Emails(element, path),
            Schedule = Schedule(element, path),
            Model = Model(element, path),
            IsDisabled = IsDisabled(element, path),
        };
    }

    private List<string>? Emails(JsonElement element, string path)
    {
        var emails = Texts(element, "emails", path, email => EmailPattern.IsMatch(email) ? null : "an e-mail address such as ops@example.com expected", isOptional: true)
            .DistinctBy(email => email.ToLowerInvariant(), StringComparer.Ordinal).ToList();
        if (emails.Count > TenantStore.MaxEmails)
        {
            Problems.Add($"{At(path, "emails")}: at most {TenantStore.MaxEmails} addresses expected, found {emails.Count}");
        }

        return emails.Count == 0 ? null : emails;
    }

    private string? Schedule(JsonElement element, string path)
    {
        if (!Has(element, "schedule", out _))
        {
            return null;
        }

        var schedule = Text(element, "schedule", path);
        if (schedule.Length > 0 && TenantSchedule.ProblemOf(schedule) is { } problem)
        {
            Problems.Add($"{At(path, "schedule")}: {problem}");
        }

        return schedule;
    }

    private string? Model(JsonElement element, string path)
    {
        if (!Has(element, "model", out _))
        {
            return null;
        }

        var model = Text(element, "model", path);
        if (model.Length > 0 && !models.Contains(model, StringComparer.Ordinal))
        {
            Problems.Add($"{At(path, "model")}: '{model}' is no model: one of {string.Join(", ", models)} expected");
        }

        return model == ISentimentModels.Default ? null : model;
    }

    private bool IsDisabled(JsonElement element, string path)
    {
        if (!Has(element, "status", out var status))
        {
            return false;
        }

        if (status.ValueKind != JsonValueKind.String || !(status.ValueEquals("active") || status.ValueEquals("disabled")))
        {
            Problems.Add($"{At(path, "status")}: active or disabled expected");
        }

        return status.ValueKind == JsonValueKind.String && status.ValueEquals("disabled");
    }

    private Dictionary<string, string>? Fallbacks(JsonElement element, string path, List<string> tables)
    {
        if (!Has(element, "fallbacks", out var map))
        {
            return null;
        }

        var fallbacks = new Dictionary<string, string>(StringComparer.Ordinal);
        if (map.ValueKind != JsonValueKind.Object)
        {
            Problems.Add($"{At(path, "fallbacks")}: an object of table → table of another vendor expected");
            return fallbacks;
        }

        foreach (var entry in map.EnumerateObject())
        {
            var instead = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
            if (FallbackProblem(entry.Name, instead, tables, fallbacks) is { } problem)
            {
                Problems.Add($"{At(path, "fallbacks")}.{Plain(entry.Name)}: {problem}");
            }
            else
            {
                fallbacks[entry.Name] = instead;
            }
        }

        return fallbacks;
    }

    private string? FallbackProblem(string table, string instead, List<string> tables, Dictionary<string, string> before) =>
        !tables.Contains(table) ? "one of the tenant's tables expected before the colon"
        : !knownTables.TryGetValue(instead, out var other) ? $"'{instead}' is no table: one of {string.Join(", ", knownTables.Keys)} expected"
        : tables.Contains(instead) ? $"'{instead}' is read anyway, for it is one of the tenant's tables"
        : before.ContainsValue(instead) ? $"'{instead}' takes over for another table already"
        : other.Vendor == knownTables[table].Vendor ? $"a table of another vendor than {other.Vendor} expected, which would be failing, too"
        : null;

    /// <summary>Whether every table listed is a stream with symbols of its own.</summary>
    private bool BringsSymbols(JsonElement element) =>
        element.TryGetProperty("tables", out var tables) && tables.ValueKind == JsonValueKind.Array && tables.GetArrayLength() > 0
        && tables.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String && knownTables.TryGetValue(t.GetString()!, out var source) && source.OwnSymbols is not null);

    private Dictionary<string, string> Credentials(JsonElement element, string path, List<string> tables)
    {
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Has(element, "credentials", out var map))
        {
            if (map.ValueKind != JsonValueKind.Object)
            {
                Problems.Add($"{At(path, "credentials")}: an object of vendor → \"env:NAME\" or \"keyvault:NAME\" expected");
                return credentials;
            }

            foreach (var entry in map.EnumerateObject())
            {
                var reference = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
                if (!TenantsFile.IsReference(reference))
                {
                    // The value may be a secret pasted by mistake, so it is not repeated.
                    Problems.Add($"{At(path, "credentials")}.{Plain(entry.Name)}: \"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself");
                }

                credentials[entry.Name] = reference;
            }
        }

        foreach (var vendor in tables.Where(knownTables.ContainsKey).Select(t => knownTables[t])
            .Where(d => d.Auth is { Place: not AuthPlace.None, Credential: null }).Select(d => d.Vendor).Distinct().Where(v => !credentials.ContainsKey(v)))
        {
            Problems.Add($"{At(path, "credentials")}.{vendor}: missing, although a table of {vendor} is listed");
        }

        return credentials;
    }

    private TenantRetention? Retention(JsonElement element, string path)
    {
        if (!Has(element, "retention", out var days))
        {
            return null;
        }

        if (days.ValueKind != JsonValueKind.Object)
        {
            Problems.Add($"{At(path, "retention")}: an object of items, bars and quarantine, each a number of days, expected");
            return null;
        }

        var kept = new TenantRetention();
        foreach (var entry in days.EnumerateObject().Where(e => e.Value.ValueKind != JsonValueKind.Null))
        {
            int? number = entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out var n) && n is >= 1 and <= TenantRetention.MaxDays ? n : null;
            if (entry.Name is not ("items" or "bars" or "quarantine"))
            {
                Problems.Add($"{At(path, "retention")}.{Plain(entry.Name)}: unknown field");
            }
            else if (number is null)
            {
                Problems.Add($"{At(path, "retention")}.{Plain(entry.Name)}: a whole number of days from 1 to {TenantRetention.MaxDays} expected");
            }

            kept = entry.Name switch
            {
                "items" => kept with { Items = number },
                "bars" => kept with { Bars = number },
                "quarantine" => kept with { Quarantine = number },
                _ => kept,
            };
        }

        if (kept.Bars < kept.Items)
        {
            Problems.Add($"{At(path, "retention")}.bars: at least as many days as items ({kept.Items}) expected, found {kept.Bars}");
        }

        return kept;
    }
}
