# Passwords of letters and digits alone, since they stand in addresses. They are in Terraform's state: keep that encrypted.
resource "random_password" "owner" {
  length  = 40
  special = false
}

resource "random_password" "app" {
  length  = 40
  special = false
}

resource "random_password" "secret_key" {
  length  = 60
  special = false
}

locals {
  tls     = "sslmode=verify-full&sslrootcert=/etc/ssl/rds.pem"
  primary = "${aws_db_instance.primary.address}:5432/querent?${local.tls}"
  replica = one(slice(aws_db_instance.replica[*].address, 0, min(1, var.replicas)))

  settings = {
    SECRET_KEY         = random_password.secret_key.result
    CREDENTIAL_KEYS    = var.credential_keys
    CELERY_BROKER_URL  = var.broker_url
    DATABASE_URL       = "postgresql://querent_app:${random_password.app.result}@${local.primary}"
    DATABASE_OWNER_URL = "postgresql://querent_owner:${random_password.owner.result}@${local.primary}"
  }

  replica_settings = local.replica == null ? {} : {
    DATABASE_REPLICA_URL = "postgresql://${local.replica}:5432/querent?${local.tls}"
  }
}

# What AWS_SECRET_ID names.
resource "aws_secretsmanager_secret" "querent" {
  name = "${var.name}/settings"
}

resource "aws_secretsmanager_secret_version" "querent" {
  secret_id     = aws_secretsmanager_secret.querent.id
  secret_string = jsonencode(merge(local.settings, local.replica_settings))
}

# For the role of Querent's tasks or instances.
data "aws_iam_policy_document" "reads_settings" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.querent.arn]
  }
}

resource "aws_iam_policy" "reads_settings" {
  name   = "${var.name}-reads-settings"
  policy = data.aws_iam_policy_document.reads_settings.json
}
