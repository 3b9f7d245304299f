"""What of AWS's inference toolkit a script may import: its errors."""
