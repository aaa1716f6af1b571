import type { App } from '@carillon/contract'

export const snippetKinds = {
  web: 'Web',
  ios: 'iOS',
  android: 'Android',
  windows: 'Windows',
  curl: 'curl',
} as const
export type SnippetKind = keyof typeof snippetKinds

interface SnippetInput {
  app: Pick<App, 'id' | 'publishable_key'>
  /** Where the server is reached. */
  origin: string
  vapidPublicKey: string | undefined
}

/** What registers a device of an app, ready to paste. */
export const snippets: Record<SnippetKind, (input: SnippetInput) => string> = {
  web: ({ app, origin, vapidPublicKey }) => `import { subscribeThisBrowser } from '@carillon/sdk-web'

// From a click: browsers ask for permission only then.
await subscribeThisBrowser({
  serverUrl: '${origin}',
  appId: '${app.id}',
  publishableKey: '${app.publishable_key}',
  vapidPublicKey: '${vapidPublicKey ?? 'add a Web credential first'}',
  reconciliationValue: 'ada@example.com',
})`,

  ios: ({ app, origin }) => `func application(_ app: UIApplication,
                 didRegisterForRemoteNotificationsWithDeviceToken token: Data) {
  var request = URLRequest(url: URL(string: "${origin}/v1/subscriptions")!)
  request.httpMethod = "POST"
  request.setValue("Bearer ${app.publishable_key}", forHTTPHeaderField: "Authorization")
  request.setValue("application/json", forHTTPHeaderField: "Content-Type")
  request.httpBody = try? JSONSerialization.data(withJSONObject: [
    "app_id": "${app.id}",
    "platform": "apns",
    "token": token.map { String(format: "%02x", $0) }.joined(),
    "reconciliation_value": "ada@example.com",
  ])
  URLSession.shared.dataTask(with: request).resume()
}`,

  android: ({ app, origin }) => `class Messaging : FirebaseMessagingService() {
  override fun onNewToken(token: String) {
    val body = JSONObject(mapOf(
      "app_id" to "${app.id}",
      "platform" to "fcm",
      "token" to token,
      "reconciliation_value" to "ada@example.com",
    ))
    http.newCall(Request.Builder()
      .url("${origin}/v1/subscriptions")
      .header("Authorization", "Bearer ${app.publishable_key}")
      .post(body.toString().toRequestBody("application/json".toMediaType()))
      .build()).enqueue(callback)
  }
}`,

  windows: ({ app, origin }) => `var channel = await PushNotificationChannelManager
    .CreatePushNotificationChannelForApplicationAsync();
http.DefaultRequestHeaders.Authorization = new("Bearer", "${app.publishable_key}");
await http.PostAsJsonAsync("${origin}/v1/subscriptions", new {
    app_id = "${app.id}",
    platform = "wns",
    token = channel.Uri,
    reconciliation_value = "ada@example.com",
});`,

  curl: ({ app, origin }) => `curl ${origin}/v1/subscriptions \\
  -H 'authorization: Bearer ${app.publishable_key}' \\
  -H 'content-type: application/json' \\
  -d '{
    "app_id": "${app.id}",
    "platform": "fcm",
    "token": "<registration token>",
    "reconciliation_value": "ada@example.com"
  }'`,
}
