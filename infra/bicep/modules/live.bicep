param name string
param location string
param tags { *: string }
param identityName string
param principalId string
param sku string
param units int

var serviceOwner = '12cf5a90-567b-43ae-8102-96cf46c7d9b4'

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, capacity: units }
  properties: { disableLocalAuth: true }

  resource hub 'hubs' = {
    name: 'sentiment'
    // Who listens needs a token that the API signs for one tenant's groups.
    properties: { anonymousConnectPolicy: 'deny' }
  }
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, identityName, serviceOwner)
  scope: service
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceOwner)
  }
}

output endpoint string = 'https://${service.properties.hostName}'
output hub string = service::hub.name
