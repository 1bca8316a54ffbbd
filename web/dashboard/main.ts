import { Dashboard } from './dashboard.js'

void new Dashboard().run()
