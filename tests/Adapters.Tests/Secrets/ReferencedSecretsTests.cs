using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Secrets;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Tests.Secrets;

public class ReferencedSecretsTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>The official client, made to speak plain HTTP to the loopback service.</summary>
    private static SecretClient Client(LoopbackService vault) => new(
        new Uri("https://vault.example"), new FixedToken(),
        new SecretClientOptions { Transport = new HttpClientTransport(new ToLoopback(vault.Address)), DisableChallengeResourceVerification = true, Retry = { MaxRetries = 0 } });

    private static LoopbackService Vault(Func<string, (int Status, string? Value)> secret) => new(async (request, response) =>
    {
        if (!request.Headers.ContainsKey("Authorization"))
        {
            response.Headers.WWWAuthenticate = "Bearer authorization=\"https://login.example/tenant\", resource=\"https://vault.example\"";
            response.StatusCode = 401;
            return;
        }

        var name = request.Path.Split('/')[2];
        var (status, value) = secret(name);
        response.StatusCode = status;
        await response.WriteAsJsonAsync(status == 200
            ? (object)new { value, id = $"https://vault.example/secrets/{name}/1", attributes = new { enabled = true } }
            : new { error = new { code = "Failed", message = "no" } });
    });

    [Fact]
    public async Task A_secret_of_the_vault_is_kept_for_five_minutes_and_then_asked_for_again()
    {
        var asked = 0;
        await using var vault = Vault(name => (200, $"{name} {++asked}"));
        var secrets = new ReferencedSecrets(Client(vault), _time);
        Assert.Equal("tiingo-token 1", await secrets.ResolveAsync("keyvault:tiingo-token", default));
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal("tiingo-token 1", await secrets.ResolveAsync("keyvault:tiingo-token", default));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("tiingo-token 2", await secrets.ResolveAsync("keyvault:tiingo-token", default));
    }

    [Fact]
    public async Task Many_tenants_with_one_credential_ask_the_vault_once()
    {
        await using var vault = Vault(name => (200, name));
        var secrets = new ReferencedSecrets(Client(vault), _time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => secrets.ResolveAsync("keyvault:shared", default).AsTask()));
        Assert.Single(vault.Seen, r => r.Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData(404, "The key vault has no secret 'gone'; a credential names it.")]
    [InlineData(403, "The key vault denies access to 'gone' (403): this host's identity needs the role Key Vault Secrets User.")]
    public async Task A_vault_that_does_not_give_a_secret_is_asked_again_after_seconds(int status, string message)
    {
        await using var vault = Vault(name => (status, null));
        var secrets = new ReferencedSecrets(Client(vault), _time);
        Assert.Equal(message, (await Assert.ThrowsAsync<SecretMissingException>(() => secrets.ResolveAsync("keyvault:gone", default).AsTask())).Message);
        var before = vault.Seen.Count;
        await Assert.ThrowsAsync<SecretMissingException>(() => secrets.ResolveAsync("keyvault:gone", default).AsTask());
        Assert.Equal(before, vault.Seen.Count);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<SecretMissingException>(() => secrets.ResolveAsync("keyvault:gone", default).AsTask());
        Assert.True(vault.Seen.Count > before);
    }

    [Fact]
    public async Task An_environment_variable_is_found_by_its_name()
    {
        var name = "SENTIMENT_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(name, "s3cret");
        Assert.Equal("s3cret", await new ReferencedSecrets(null, _time).ResolveAsync("env:" + name, default));
    }

    [Theory]
    [InlineData("env:SENTIMENT_NOT_SET", "The environment variable SENTIMENT_NOT_SET is not set; a credential names it.")]
    [InlineData("keyvault:x", "'keyvault:x' cannot be resolved: KeyVault:Uri is not set; set it, or use env:NAME.")]
    [InlineData("pasted-by-mistake", "A credential is neither env:NAME nor keyvault:NAME.")]
    public async Task A_reference_that_leads_nowhere_says_why_and_never_repeats_what_may_be_a_secret(string reference, string message) => Assert.Equal(
        message, (await Assert.ThrowsAsync<SecretMissingException>(() => new ReferencedSecrets(null, _time).ResolveAsync(reference, default).AsTask())).Message);

    [Fact]
    public void An_address_that_is_none_is_named_with_its_key()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("KeyVault:Uri", "http://vault")]).Build();
        Assert.Equal("KeyVault:Uri: 'http://vault' is no absolute https address", Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSecrets(configuration)).Message);
    }

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }

    private sealed class ToLoopback(Uri address) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
