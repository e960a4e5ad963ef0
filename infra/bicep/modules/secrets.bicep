param name string
param location string
param tags { *: string }
param identityName string
param principalId string
param purgeProtection bool

@secure()
param adminKey string

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // The service refuses an explicit false.
    enablePurgeProtection: purgeProtection ? true : null
  }
}

// Every deployment draws a new adminKey; only the first may set it, or each `azd provision` would lock out whoever
// holds the key. To change it, write a new version of the secret.
@onlyIfNotExists()
resource key 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'admin-key'
  properties: { value: adminKey, contentType: 'text/plain' }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identityName, secretsUser)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

output name string = vault.name
output vaultUri string = vault.properties.vaultUri
