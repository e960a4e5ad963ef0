using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>Registers the SQLite adapters.</summary>
public static class SqliteServices
{
    /// <summary>Tables in one SQLite file, as <see cref="ITableStore"/>, <see cref="ITableReader"/> and <see cref="ITableSnapshots"/>; opened on first use.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says at least where the file lies.</param>
    public static IServiceCollection AddSqliteTables(this IServiceCollection services, Action<SqliteOptions> configure)
    {
        services.Configure(configure);
        services.AddSingleton(provider => new SqliteTableStore(
            provider.GetRequiredService<IOptions<SqliteOptions>>().Value,
            provider.GetService<ILogger<SqliteTableStore>>() ?? NullLogger<SqliteTableStore>.Instance));
        services.AddSingleton<ITableStore>(provider => provider.GetRequiredService<SqliteTableStore>());
        services.AddSingleton<ITableReader>(provider => provider.GetRequiredService<SqliteTableStore>());
        services.AddSingleton<ITableSnapshots>(provider => provider.GetRequiredService<SqliteTableStore>());
        return services;
    }
}
