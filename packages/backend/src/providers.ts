/**
 * The vendors that this portal can work with. Each installs as many providers
 * as app-config names, none included; which one serves a template is
 * configuration.
 */
export function providers() {
  return [
    import('@self-service/plugin-providers-module-atlantis'),
    import('@self-service/plugin-providers-module-aws'),
    import('@self-service/plugin-providers-module-datadog'),
    import('@self-service/plugin-providers-module-github'),
    import('@self-service/plugin-providers-module-gitlab'),
    import('@self-service/plugin-providers-module-grafana'),
    import('@self-service/plugin-providers-module-hcp-terraform'),
    import('@self-service/plugin-providers-module-mail'),
    import('@self-service/plugin-providers-module-slack'),
    import('@self-service/plugin-providers-module-vault'),
  ];
}
