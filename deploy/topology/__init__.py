"""The deployment of docker-compose.yml as plain processes, for machines without a container engine."""
