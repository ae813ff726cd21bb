-- Run once by the database image, as its superuser, when the data volume is new; or by psql, as the administrator of a
-- managed server, who is none.
-- The owner migrates; the application role is bound by row-level security. Neither may create roles or databases.
\set ON_ERROR_STOP on
\getenv owner_password QUERENT_OWNER_PASSWORD
\getenv app_password QUERENT_APP_PASSWORD

CREATE ROLE querent_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE querent_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
-- Who is no superuser gives a database to a role that they belong to, and sets its default rights.
GRANT querent_owner TO CURRENT_USER;
CREATE DATABASE querent OWNER querent_owner TEMPLATE template0 ENCODING 'UTF8';

\connect querent
CREATE EXTENSION vector;
REVOKE ALL ON DATABASE querent FROM PUBLIC;
GRANT CONNECT ON DATABASE querent TO querent_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO querent_owner;
GRANT USAGE ON SCHEMA public TO querent_app;
ALTER DEFAULT PRIVILEGES FOR ROLE querent_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO querent_app;
ALTER DEFAULT PRIVILEGES FOR ROLE querent_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO querent_app;
