"""What the page and the kernel say to each other: docs/protocol.md, and in TypeScript src/wire."""
