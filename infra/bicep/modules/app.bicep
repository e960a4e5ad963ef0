param name string
param planName string
param location string
param tags { *: string }
param identityName string
param clientId string
param componentName string
param storageName string
param deploymentContainer string
param rawContainer string
param table string
param vaultUri string
param webPubSubEndpoint string
param webPubSubHub string
param dashboardOrigin string
param schedulerEndpoint string
param schedulerHub string
param subnetId string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyDurable int
param tenantWindow int
param scheduleCron string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyDurable == 0 ? [] : [{ name: 'durable', instanceCount: alwaysReadyDurable }]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      cors: { allowedOrigins: [dashboardOrigin] }
      appSettings: [
        // Says to the Azure clients which of the app's identities they are.
        { name: 'AZURE_CLIENT_ID', value: clientId }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: clientId }
        { name: 'AzureWebJobsStorage__blobServiceUri', value: storage.properties.primaryEndpoints.blob }
        { name: 'AzureWebJobsStorage__queueServiceUri', value: storage.properties.primaryEndpoints.queue }
        { name: 'AzureWebJobsStorage__tableServiceUri', value: storage.properties.primaryEndpoints.table }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: component.properties.ConnectionString }
        {
          name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
          value: 'ClientId=${clientId};Authorization=AAD'
        }
        // Empty and unread while host.json names the storage account as Durable's back end.
        {
          name: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
          value: empty(schedulerEndpoint)
            ? ''
            : 'Endpoint=${schedulerEndpoint};TaskHub=${schedulerHub};Authentication=ManagedIdentity;ClientID=${clientId}'
        }
        { name: 'Schedule__Cron', value: scheduleCron }
        { name: 'Retention__Cron', value: '0 30 3 * * *' }
        { name: 'Ingestion__TenantWindow', value: string(tenantWindow) }
        { name: 'Storage__Azure__ClientId', value: clientId }
        { name: 'Storage__Azure__TableServiceUri', value: storage.properties.primaryEndpoints.table }
        { name: 'Storage__Azure__Table', value: table }
        { name: 'Storage__Azure__BlobServiceUri', value: storage.properties.primaryEndpoints.blob }
        { name: 'Storage__Azure__Container', value: rawContainer }
        { name: 'KeyVault__Uri', value: vaultUri }
        { name: 'KeyVault__ClientId', value: clientId }
        { name: 'Live__WebPubSub__Endpoint', value: webPubSubEndpoint }
        { name: 'Live__WebPubSub__Hub', value: webPubSubHub }
        { name: 'Live__WebPubSub__ClientId', value: clientId }
        { name: 'Tenants__Blob', value: 'config/tenants.json' }
        { name: 'Alerts__PublicUrl', value: dashboardOrigin }
        // The address that the app gets; its own property cannot be named while it is made.
        { name: 'Alerts__ApiUrl', value: 'https://${name}.azurewebsites.net' }
      ]
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
