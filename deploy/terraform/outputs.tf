output "secret_id" {
  description = "AWS_SECRET_ID of every process of Querent."
  value       = aws_secretsmanager_secret.querent.name
}

output "settings_policy_arn" {
  description = "Lets a role read that secret: attach it to the role of Querent's tasks."
  value       = aws_iam_policy.reads_settings.arn
}

output "administrator_secret_arn" {
  description = "The administrator's password, for creating the two roles once."
  value       = aws_db_instance.primary.master_user_secret[0].secret_arn
}

output "primary_address" {
  value = aws_db_instance.primary.address
}

output "replica_addresses" {
  value = aws_db_instance.replica[*].address
}
