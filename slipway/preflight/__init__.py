"""What a launch needs of an account, looked at before anything is made; reads only."""
