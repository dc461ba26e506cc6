create {all polls}
