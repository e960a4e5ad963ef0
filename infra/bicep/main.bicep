targetScope = 'subscription'

@description('Name of the azd environment; names the resource group and, hashed, everything in it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of everything but the dashboard.')
@minLength(1)
param location string

@description('How many tenants it is meant for: small up to 10, medium up to 100, large up to 500.')
@allowed(['small', 'medium', 'large'])
param size string = 'small'

@description('When runs start by themselves: NCRONTAB with six fields, seconds first, UTC.')
param scheduleCron string = '0 */5 * * * *'

@description('Who gets the alerts; empty: alerts fire but nobody is written to.')
param alertEmail string = ''

@description('Where Durable Functions keeps its state: storage, the storage account; scheduler, Durable Task Scheduler.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('The task hub on Durable Task Scheduler; the same as hubName in host.json.')
param durableHub string = 'Sentiment'

@description('Region of the dashboard; Static Web Apps has only these.')
@allowed(['centralus', 'eastasia', 'eastus2', 'westeurope', 'westus2'])
param dashboardLocation string = 'westeurope'

@description('Memory of an instance in MB, 4096 with two cores; 0: as the size says.')
@allowed([0, 512, 2048, 4096])
param instanceMemoryMB int = 0

@description('The most instances at a time; 0: as the size says.')
@minValue(0)
@maxValue(1000)
param maximumInstanceCount int = 0

@description('Instances of the durable group that always run; 0 saves their price and costs up to 30 s of waiting for the first step of a run.')
@minValue(0)
param alwaysReadyDurable int = 1

@description('Tenants of a run in flight at a time; 0: as the size says.')
@minValue(0)
@maxValue(500)
param tenantWindow int = 0

@description('Free_F1 carries 20 dashboards at a time, a unit of Standard_S1 1,000; empty: as the size says.')
@allowed(['', 'Free_F1', 'Standard_S1'])
param webPubSubSku string = ''

@description('Units of Web PubSub, always 1 on Free_F1; 0: as the size says.')
@minValue(0)
@maxValue(100)
param webPubSubUnits int = 0

@description('Whether a deleted Key Vault can be purged by nobody before its 7 days are over. Set it in production; it cannot be taken back.')
param purgeProtection bool = false

// newGuid() is allowed as a default only, and is drawn anew at every deployment; modules/secrets.bicep keeps the first.
@description('Key of the API with all rights; drawn by itself at the first deployment.')
@secure()
param adminKey string = '${newGuid()}${newGuid()}'

// One row per size; docs/azure.md says how the numbers come about.
var sizes = {
  small: { memory: 2048, instances: 40, tenants: 8, webPubSub: 'Free_F1', units: 1 }
  medium: { memory: 2048, instances: 60, tenants: 32, webPubSub: 'Standard_S1', units: 1 }
  large: { memory: 4096, instances: 100, tenants: 64, webPubSub: 'Standard_S1', units: 2 }
}
var chosen = sizes[size]
var pubSubSku = empty(webPubSubSku) ? chosen.webPubSub : webPubSubSku
var pubSubUnits = webPubSubUnits == 0 ? chosen.units : webPubSubUnits

var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))
var identityName = 'id-${token}'
var componentName = 'appi-${token}'
var storageName = 'st${token}'
var onScheduler = durableBackend == 'scheduler'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: identityName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    componentName: componentName
    location: location
    tags: tags
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: storageName
    location: location
    tags: tags
    identityName: identityName
    principalId: identity.outputs.principalId
  }
}

module secrets 'modules/secrets.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    identityName: identityName
    principalId: identity.outputs.principalId
    purgeProtection: purgeProtection
    adminKey: adminKey
  }
}

module live 'modules/live.bicep' = {
  scope: group
  params: {
    name: 'wps-${token}'
    location: location
    tags: tags
    identityName: identityName
    principalId: identity.outputs.principalId
    sku: pubSubSku
    units: pubSubSku == 'Free_F1' ? 1 : pubSubUnits
  }
}

module dashboard 'modules/dashboard.bicep' = {
  scope: group
  params: { name: 'stapp-${token}', location: dashboardLocation, tags: tags }
}

module network 'modules/network.bicep' = if (onScheduler) {
  scope: group
  params: { token: token, location: location, tags: tags }
}

module scheduler 'modules/scheduler.bicep' = if (onScheduler) {
  scope: group
  params: {
    name: 'dts-${token}'
    hub: durableHub
    location: location
    tags: tags
    identityName: identityName
    principalId: identity.outputs.principalId
    allowedAddress: network!.outputs.address
  }
}

module app 'modules/app.bicep' = {
  scope: group
  dependsOn: [monitoring]
  params: {
    name: 'func-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    identityName: identityName
    clientId: identity.outputs.clientId
    componentName: componentName
    storageName: storageName
    deploymentContainer: storage.outputs.deploymentContainer
    rawContainer: storage.outputs.rawContainer
    table: storage.outputs.table
    vaultUri: secrets.outputs.vaultUri
    webPubSubEndpoint: live.outputs.endpoint
    webPubSubHub: live.outputs.hub
    dashboardOrigin: dashboard.outputs.origin
    schedulerEndpoint: onScheduler ? scheduler!.outputs.endpoint : ''
    schedulerHub: durableHub
    subnetId: onScheduler ? network!.outputs.subnetId : ''
    instanceMemoryMB: instanceMemoryMB == 0 ? chosen.memory : instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount == 0 ? chosen.instances : maximumInstanceCount
    alwaysReadyDurable: alwaysReadyDurable
    tenantWindow: tenantWindow == 0 ? chosen.tenants : tenantWindow
    scheduleCron: scheduleCron
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
    location: location
    tags: tags
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: { workspaceId: monitoring.outputs.workspaceId, location: location, tags: tags }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CLIENT_ID string = identity.outputs.clientId
output SERVICE_API_NAME string = app.outputs.name
output SERVICE_API_URI string = app.outputs.uri
output DASHBOARD_NAME string = dashboard.outputs.name
output DASHBOARD_URI string = dashboard.outputs.origin
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_STORAGE_BLOB_ENDPOINT string = storage.outputs.blobEndpoint
output AZURE_STORAGE_TABLE_ENDPOINT string = storage.outputs.tableEndpoint
output AZURE_STORAGE_RAW_CONTAINER string = storage.outputs.rawContainer
output AZURE_KEY_VAULT_NAME string = secrets.outputs.name
output AZURE_KEY_VAULT_ENDPOINT string = secrets.outputs.vaultUri
output AZURE_WEB_PUBSUB_ENDPOINT string = live.outputs.endpoint
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.workspaceId
output DURABLE_TASK_SCHEDULER_ENDPOINT string = onScheduler ? scheduler!.outputs.endpoint : ''
