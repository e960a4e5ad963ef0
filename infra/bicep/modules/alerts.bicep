param workspaceId string
param email string
param location string
param tags { *: string }

// Each query yields one number per group; the rule fires while it is above the threshold. Counters arrive in AppMetrics
// with what they grew by since the last export, so that their sum over a window is the count in it.
var rules = [
  {
    name: 'failed-chunks'
    title: 'A run is partial or failed'
    description: 'Chunks ended as failed: their tables, tenants and runs count as failed or partial. GET /api/runs/{id} names the reason; POST /api/runs/{id}/retry goes on from their checkpoints.'
    severity: 1
    window: 'PT15M'
    measure: 'Failed'
    threshold: 0
    query: loadTextContent('../queries/failed-chunks.kql')
  }
  {
    name: 'vendor-refuses'
    title: 'A vendor refuses a credential'
    description: 'A vendor answered that a key is wrong or not entitled; the tables that use it are stopped until it is replaced.'
    severity: 2
    window: 'PT1H'
    measure: 'Denied'
    threshold: 0
    query: loadTextContent('../queries/vendor-refuses.kql')
  }
  {
    name: 'vendor-down'
    title: 'A vendor is down'
    description: 'More than half of the calls to a vendor fail although they are repeated.'
    severity: 2
    window: 'PT15M'
    measure: 'Percent'
    threshold: 50
    query: loadTextContent('../queries/vendor-down.kql')
  }
  {
    name: 'vendor-quota'
    title: 'The quota of a vendor is used up'
    description: 'More than half of the calls to a vendor are answered with "wait": the plan is too small for these tenants and this schedule, or something else uses the same key.'
    severity: 3
    window: 'PT1H'
    measure: 'Percent'
    threshold: 50
    query: loadTextContent('../queries/vendor-quota.kql')
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'sentiment'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'sentiment'
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'sentiment-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: rule.title
      description: rule.description
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: rule.window
      autoMitigate: true
      // AppMetrics comes into being with the first metric, after this deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.measure
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.name == 'failed-chunks' ? [] : [{ name: 'Vendor', operator: 'Include', values: ['*'] }]
          }
        ]
      }
      actions: { actionGroups: empty(email) ? [] : [people.id] }
    }
  }
]
