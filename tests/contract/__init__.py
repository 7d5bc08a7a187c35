"""What every channel must do, through the very same door and worker code: one suite, run for each."""
