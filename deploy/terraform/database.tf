resource "aws_db_subnet_group" "querent" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL, for Querent alone"
  vpc_id      = var.vpc_id
}

resource "aws_security_group_rule" "clients" {
  for_each = toset(var.client_security_group_ids)

  description              = "Querent's own"
  type                     = "ingress"
  from_port                = 5432
  to_port                  = 5432
  protocol                 = "tcp"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = each.value
}

resource "aws_db_parameter_group" "querent" {
  name_prefix = "${var.name}-"
  family      = "postgres${var.engine_version}"

  # No connection without TLS.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Kilobytes: a vector index that does not fit while it is built is built on disk, many times slower. Querent asks for
  # no more than a gigabyte in the session that builds.
  parameter {
    name  = "maintenance_work_mem"
    value = "1048576"
  }

  parameter {
    name  = "max_parallel_maintenance_workers"
    value = "2"
  }

  # A long read on a replica is not cancelled by what the primary cleans up.
  parameter {
    name  = "hot_standby_feedback"
    value = "1"
  }

  # Milliseconds: a transaction that somebody forgot holds up the building of indexes.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "300000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "primary" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class

  # The administrator's password is made, kept and rotated by AWS, and read by nobody but `prepare_database`.
  username                    = "querent_admin"
  manage_master_user_password = true

  db_subnet_group_name   = aws_db_subnet_group.querent.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.querent.name
  publicly_accessible    = false
  multi_az               = true

  storage_type          = "gp3"
  storage_encrypted     = true
  allocated_storage     = var.storage_gb
  max_allocated_storage = var.storage_gb * 8

  backup_retention_period   = var.backup_days
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-final"

  auto_minor_version_upgrade = true

  # Errors and upgrades, where an operator looks.
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

resource "aws_db_instance" "replica" {
  count = var.replicas

  identifier             = "${var.name}-replica-${count.index}"
  replicate_source_db    = aws_db_instance.primary.identifier
  instance_class         = var.instance_class
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.querent.name
  publicly_accessible    = false
  storage_encrypted      = true

  backup_retention_period    = 0
  skip_final_snapshot        = true
  auto_minor_version_upgrade = true

  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}
