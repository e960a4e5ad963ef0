param workspaceId string
param location string
param tags { *: string }

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'sentiment-runs')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Sentiment: runs'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace(loadTextContent('../workbook.json'), 'WORKSPACE_ID', workspaceId)
  }
}
