using System.Security.Cryptography;
using System.Text;
using Sentiment.Api;
using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.LocalHost.Data;

/// <summary>The admin key in <c>admin.key</c>, readable by its owner alone; made at the first start.</summary>
internal sealed class AdminKeyFile : IAdminKey, ILinkKey
{
    private AdminKeyFile(string key) => Key = key;

    public string Key { get; }

    public static AdminKeyFile OpenOrCreate(DataFolder folder)
    {
        if (!File.Exists(folder.AdminKey) || new FileInfo(folder.AdminKey).Length == 0)
        {
            DataFolder.WriteWhole(folder.AdminKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        }

        return new(File.ReadAllText(folder.AdminKey).Trim());
    }

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new(Key);

    ValueTask<ReadOnlyMemory<byte>> ILinkKey.GetAsync(CancellationToken cancellationToken) => new(Encoding.UTF8.GetBytes(Key));
}
