using System.Text.Json;

namespace Sentiment.Domain.Tenants;

/// <summary>Remembers who changed what of a tenant.</summary>
public interface IChangeTrail
{
    /// <summary>Notes a change that was made; noted again, it is there once.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="change">What was changed.</param>
    /// <param name="cancellationToken">Gives up; it may or may not be noted.</param>
    Task AddAsync(string tenant, TenantChange change, CancellationToken cancellationToken);

    /// <summary>A page of a tenant's changes, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <returns>The changes and where the page ended; null: there is no more.</returns>
    Task<(IReadOnlyList<TenantChange> Changes, string? End)> ListAsync(string tenant, int limit, string? after, CancellationToken cancellationToken);
}

/// <summary>A change of something of a tenant.</summary>
/// <param name="At">UTC.</param>
/// <param name="By"><c>admin</c>, the id of a tenant's key, or <c>file</c> for the tenants file.</param>
/// <param name="What">One of the constants of <see cref="ChangedThings"/>.</param>
/// <param name="Id">The id of the tenant, key or rule.</param>
/// <param name="Change">One of the constants of <see cref="ChangeKinds"/>.</param>
/// <param name="Fields">What it was and is by field; null where nothing is told beyond the kind.</param>
public sealed record TenantChange(
    DateTimeOffset At, string By, string What, string Id, string Change, IReadOnlyDictionary<string, ChangedField>? Fields = null);

/// <summary>A field before and after a change; null: it was not, or is no longer, there.</summary>
/// <param name="From">Its value before.</param>
/// <param name="To">Its value since.</param>
public sealed record ChangedField(JsonElement? From, JsonElement? To)
{
    /// <summary>The most bytes of a value; a longer one is told by its size.</summary>
    public const int MaxBytes = 4096;

    /// <summary>What differs between two JSON objects, by the name of their properties.</summary>
    /// <param name="before">What stood there; null: nothing.</param>
    /// <param name="after">What stands there now; null: nothing.</param>
    public static IReadOnlyDictionary<string, ChangedField> Between(JsonElement? before, JsonElement? after)
    {
        var fields = new SortedDictionary<string, ChangedField>(StringComparer.Ordinal);
        foreach (var name in Names(before).Union(Names(after), StringComparer.Ordinal))
        {
            var (from, to) = (Value(before, name), Value(after, name));
            if (from is null != to is null || (from is { } a && to is { } b && !JsonElement.DeepEquals(a, b)))
            {
                fields[name] = new(Bounded(from), Bounded(to));
            }
        }

        return fields;
    }

    private static List<string> Names(JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Object } there ? there.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Name).ToList() : [];

    private static JsonElement? Value(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } there && there.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.Clone() : null;

    private static JsonElement? Bounded(JsonElement? value)
    {
        if (value is not { } json || System.Text.Encoding.UTF8.GetByteCount(json.GetRawText()) <= MaxBytes)
        {
            return value;
        }

        var size = json.ValueKind == JsonValueKind.Array ? $"{json.GetArrayLength()} entries" : $"{json.GetRawText().Length} characters";
        return JsonSerializer.SerializeToElement($"({size})", TenantJson.Default.String);
    }
}

/// <summary>What can be changed of a tenant.</summary>
public static class ChangedThings
{
    /// <summary>The tenant itself.</summary>
    public const string Tenant = "tenant";

    /// <summary>One of its keys.</summary>
    public const string Key = "key";

    /// <summary>One of its alert rules.</summary>
    public const string Rule = "rule";
}

/// <summary>How something was changed.</summary>
public static class ChangeKinds
{
    /// <summary>It is new.</summary>
    public const string Created = "created";

    /// <summary>Some of its fields are others.</summary>
    public const string Changed = "changed";

    /// <summary>It no longer works, but is there.</summary>
    public const string Disabled = "disabled";

    /// <summary>It is gone.</summary>
    public const string Deleted = "deleted";

    /// <summary>A key is no longer good.</summary>
    public const string Revoked = "revoked";

    /// <summary>A key was replaced by another, and ends after a while.</summary>
    public const string Rotated = "rotated";
}
