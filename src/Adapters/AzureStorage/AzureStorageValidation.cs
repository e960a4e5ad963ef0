using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Options;

namespace Sentiment.Adapters.AzureStorage;

/// <summary>A service of the storage account.</summary>
internal enum StorageService
{
    Table,
    Blob,
}

/// <summary>Says at the start what is wrong with the options that a service needs, each problem with its key.</summary>
internal sealed partial class AzureStorageValidation(StorageService service) : IValidateOptions<AzureStorageOptions>
{
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}$")]
    private static partial Regex TableName { get; }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex ContainerName { get; }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AzureStorageOptions options)
    {
        var problems = Problems(options).Where(problem => problem is not null).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems!);
    }

    private IEnumerable<string?> Problems(AzureStorageOptions options)
    {
        var (key, uri) = service == StorageService.Table
            ? (nameof(options.TableServiceUri), options.TableServiceUri) : (nameof(options.BlobServiceUri), options.BlobServiceUri);
        const string ConnectionString = $"{AzureStorageOptions.Section}:{nameof(AzureStorageOptions.ConnectionString)}";
        yield return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? uri is null ? $"{ConnectionString} or {AzureStorageOptions.Section}:{key}: one of them expected, found neither"
                : uri.IsAbsoluteUri && uri.Scheme == Uri.UriSchemeHttps ? null : $"{AzureStorageOptions.Section}:{key}: an absolute https address expected"
            : uri is not null ? $"{ConnectionString} and {AzureStorageOptions.Section}:{key}: one of them expected, found both"
            : IsConnectionString(options) ? null : $"{ConnectionString}: not a connection string of a storage account";
        yield return service == StorageService.Blob || (TableName.IsMatch(options.Table) && !options.Table.Equals("tables", StringComparison.OrdinalIgnoreCase))
            ? null : $"{AzureStorageOptions.Section}:{nameof(options.Table)}: 3 to 63 letters and digits expected, the first a letter, and not 'tables'; found '{options.Table}'";
        yield return service == StorageService.Table || ContainerName.IsMatch(options.Container)
            ? null : $"{AzureStorageOptions.Section}:{nameof(options.Container)}: 3 to 63 of [a-z0-9-] expected, no '-' at an end or beside another; found '{options.Container}'";
    }

    private bool IsConnectionString(AzureStorageOptions options)
    {
        try
        {
            return service == StorageService.Table
                ? new TableServiceClient(options.ConnectionString).Uri is not null : new BlobServiceClient(options.ConnectionString).Uri is not null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            return false;
        }
    }
}
