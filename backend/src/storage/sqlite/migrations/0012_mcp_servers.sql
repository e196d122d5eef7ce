-- MCP servers that administrators added. The values of secret headers are sealed (see `vault`).
CREATE TABLE mcp_servers (
    name    TEXT PRIMARY KEY,
    server  TEXT NOT NULL,          -- as JSON, with the tools that were chosen
    secrets TEXT
) STRICT, WITHOUT ROWID;
