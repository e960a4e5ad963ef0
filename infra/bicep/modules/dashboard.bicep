param name string
param location string
param tags { *: string }

// Static Web Apps rather than the storage account's static website: that one is switched on only through the data plane,
// which a template cannot reach, and has no headers of its own. azd deploys the page by the tag once azure.yaml names the
// service `dashboard`.
resource site 'Microsoft.Web/staticSites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'dashboard' })
  sku: { name: 'Free', tier: 'Free' }
  properties: { stagingEnvironmentPolicy: 'Disabled' }
}

output name string = site.name
output origin string = 'https://${site.properties.defaultHostname}'
