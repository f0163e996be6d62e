module "database" {
  source      = "../../modules/postgresql"
  name        = "${{ values.name }}"
  environment = "${{ values.environment }}"
  size        = "${{ values.size }}"
}
