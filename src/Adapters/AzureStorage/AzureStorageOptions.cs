using Azure.Core;

namespace Sentiment.Adapters.AzureStorage;

/// <summary>Which Azure storage account is used and how it is entered; section <c>Storage:Azure</c>.</summary>
/// <remarks>Either a connection string, or addresses that are entered with the environment's identity.</remarks>
public sealed class AzureStorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage:Azure";

    /// <summary>A connection string with the account's key or a shared access signature; never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's table service, <c>https://ACCOUNT.table.core.windows.net</c>.</summary>
    public Uri? TableServiceUri { get; set; }

    /// <summary>The account's blob service, <c>https://ACCOUNT.blob.core.windows.net</c>.</summary>
    public Uri? BlobServiceUri { get; set; }

    /// <summary>The client id of the user-assigned identity; null: the system-assigned one, or the developer's own sign-in.</summary>
    public string? ClientId { get; set; }

    /// <summary>The table that holds all rows; created at its first use. Default <c>sentiment</c>.</summary>
    public string Table { get; set; } = "sentiment";

    /// <summary>The container that holds all blobs; created at its first use. Default <c>sentiment</c>.</summary>
    public string Container { get; set; } = "sentiment";

    /// <summary>Changes the clients before they are made, for example to count what they send; null: nothing.</summary>
    public Action<ClientOptions>? ConfigureClient { get; set; }
}
