/** The files of `myorg/infrastructure` at its first commit, by path. */
export const SEED_FILES: Record<string, string> = {
  'README.md': `# Infrastructure of myorg

Every directory below \`databases/\` is one Terraform project. A pull request is
planned by itself; the comment \`atlantis apply\` applies and merges it.
`,
  'databases/README.md': `# Databases

One directory a database, holding one call of the module \`postgresql\`.
`,
  'modules/postgresql/README.md': `# Module postgresql

Creates a PostgreSQL database, its owner role and a random password.
`,
  'modules/postgresql/variables.tf': `variable "name" {
  type = string
}

variable "environment" {
  type = string
}

variable "size" {
  type    = string
  default = "small"
}
`,
  'modules/postgresql/main.tf': `resource "random_password" "owner" {
  length = 32
}

resource "postgresql_role" "owner" {
  name     = "\${var.name}_owner"
  login    = true
  password = random_password.owner.result
}

resource "postgresql_database" "this" {
  name  = var.name
  owner = postgresql_role.owner.name
}
`,
  'modules/postgresql/outputs.tf': `output "host" {
  value = "localhost"
}

output "port" {
  value = 7105
}

output "database" {
  value = postgresql_database.this.name
}

output "username" {
  value = postgresql_role.owner.name
}

output "password" {
  value     = random_password.owner.result
  sensitive = true
}
`,
};
