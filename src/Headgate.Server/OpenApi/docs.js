// No validator: the document is sent to nobody.
window.ui = SwaggerUIBundle({
  url: '/openapi/v1.json',
  dom_id: '#routes',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
});
