param token string
param location string
param tags { *: string }

// Durable Task Scheduler lets in only addresses on its list, and instances of the plan have none of their own:
// they leave through this gateway, whose one address is then the whole list.
resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: 'pip-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2024-07-01' = {
  name: 'ng-${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/23'] }
    // Within the network: written apart, a second deployment would first take the subnet away from the app.
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/24'
          natGateway: { id: gateway.id }
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
    ]
  }
}

output address string = address.properties.ipAddress
output subnetId string = network.properties.subnets[0].id
